//! `PUT /v1/apps/{app}/rooms/{room_id}/presence`: a client without a stream says that it is there.
//!
//! It counts, and who has joined stays in the room, for `query.presence.leave_after_ms` from then on; so
//! a client says it about three times in that time. The answer says how many are there.

use std::time::Duration;

use domain::ids::{AppId, RoomId};
use service_kit::auth::{Auth, Identity};
use service_kit::clock;
use service_kit::http::{put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use tokio::time::Instant;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::hub::Reader;
use crate::presence::board::Online;
use crate::problems::room_not_found;
use crate::routes::{json, known, with};
use crate::service::Service;

pub(super) fn operation() -> Operation {
    Operation::new("put", "/rooms/{room_id}/presence", "A client without a stream is there.")
        .answer::<Online>(200)
        .problems(&[
            (403, "admin_not_listed"),
            (403, "banned"),
            (404, "room_not_found"),
            (503, "catching_up"),
        ])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path()
        .and(warp::path("presence"))
        .and(warp::path::end())
        .and(put())
        .and(known(service.clone(), auth))
        .and(with(service))
        .then(presence)
        .boxed()
}

async fn presence(
    _app: AppId,
    room_id: RoomId,
    identity: Identity,
    service: Service,
) -> Result<Response, Problem> {
    let hub = service.hub_for(&identity, &room_id)?;
    let lasts = Duration::from_millis(service.config().presence.leave_after_ms);
    let until = Instant::now() + lasts;
    let reader = Reader::of(&identity);
    hub.beat(&room_id, &reader, until, clock::now()).ok_or_else(room_not_found)?;
    Ok(json(&hub.online(&room_id)))
}
