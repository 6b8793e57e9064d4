//! `GET /v1/apps/{app}/rooms/{room_id}/online`: how many are in a room, over all instances.
//!
//! As old as the last exchange between the instances (`query.presence.exchange_ms`). Whoever has a
//! stream open need not ask: it brings `online` frames.

use domain::ids::{AppId, RoomId};
use service_kit::auth::{Auth, Identity};
use service_kit::http::room_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::question;
use crate::presence::board::Online;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::{Service, must_exist};

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/online", "How many are in a room.")
        .answer::<Online>(200)
        .problems(&[(404, "room_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path().and(warp::path("online")).and(asked(service, auth)).then(online).boxed()
}

async fn online(
    _app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    Query::parse(&raw, &[])?;
    let hub = service.hub_for(&identity, &room_id)?;
    must_exist(&hub, &room_id)?;
    Ok(json(&hub.online(&room_id)))
}
