//! `GET /v1/apps/{app}/rooms/{room_id}/ws?last_event_id=`: the room live, over WebSocket.
//!
//! The same JSON as the SSE stream, one text message each. Close codes are in
//! [`crate::stream::websocket`], what a client may send in [`crate::stream::desk`].

use domain::ids::{AppId, RoomId};
use service_kit::auth::{Auth, Identity};
use service_kit::http::room_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::question;
use crate::routes::asked;
use crate::routes::query::{self, Query};
use crate::service::Service;
use crate::stream::handshake::{self, Upgrade};
use crate::stream::{self, websocket};

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/ws", "The room live, over WebSocket.")
        .number("last_event_id")
        .without_body(101)
        .problems(&[
            (400, "invalid_last_event_id"),
            (403, "origin_not_allowed"),
            (404, "room_not_found"),
            (426, "upgrade_required"),
            (503, "shutting_down"),
        ])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path()
        .and(warp::path("ws"))
        .and(asked(service, auth))
        .and(handshake::upgrade())
        .then(ws)
        .boxed()
}

async fn ws(
    _app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
    upgrade: Result<Upgrade, Problem>,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["last_event_id"])?;
    let last_id = query::last_event_id(None, query.text("last_event_id"))?;
    let upgrade = upgrade?;
    upgrade.check_origin(&service)?;
    let feed = stream::open(&service, &identity, room_id.clone(), last_id).await?;
    websocket::respond(&service, &identity, room_id, upgrade, feed)
}
