//! `GET /v1/apps/{app}/rooms/{room_id}/stream?last_event_id=`: the room live, as server-sent events.
//!
//! Resumes after the `Last-Event-ID` that a browser sends by itself, else after `last_event_id`. What
//! comes is described in [`crate::feed::control`] and in [`crate::stream::sse`].

use domain::ids::{AppId, RoomId};
use serde_json::json;
use service_kit::auth::{Auth, Identity};
use service_kit::http::{CorsHeaders, Socket, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::question;
use crate::routes::asked;
use crate::routes::query::{self, LastEventId, Query};
use crate::service::Service;
use crate::stream::{self, sse};

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/stream", "The room live, as server-sent events.")
        .number("last_event_id")
        .parameter("header", "Last-Event-ID", false, json!({ "type": "string" }))
        .answer_of(200, "text/event-stream", None)
        .problems(&[
            (400, "invalid_last_event_id"),
            (404, "room_not_found"),
            (503, "shutting_down"),
        ])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path()
        .and(warp::path("stream"))
        .and(asked(service, auth))
        .and(query::last_event_id_header())
        .and(warp::ext::optional())
        .and(warp::ext::optional())
        .map(|app, room_id, identity, raw, service, header, socket, cors| {
            (app, room_id, identity, raw, service, (header, socket, cors))
        })
        .untuple_one()
        .then(stream)
        .boxed()
}

async fn stream(
    _app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
    (header, socket, cors): (LastEventId, Option<Socket>, Option<CorsHeaders>),
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["last_event_id"])?;
    let last_id = query::last_event_id(header?.as_deref(), query.text("last_event_id"))?;
    let feed = stream::open(&service, &identity, room_id, last_id).await?;
    Ok(sse::respond(&service, socket, cors, feed))
}
