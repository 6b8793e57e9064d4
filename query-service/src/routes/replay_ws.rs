//! `GET /v1/apps/{app}/rooms/{room_id}/replay/ws?from_seq=&speed=&last_event_id=`: a past show of the
//! room with its own timing, over WebSocket.
//!
//! The frames are those of [`super::replay`], the rest is as on the live one ([`super::ws`]).

use domain::ids::{AppId, RoomId};
use service_kit::auth::{Auth, Identity};
use service_kit::http::room_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::routes::{asked, replay};
use crate::service::Service;
use crate::stream::handshake::{self, Upgrade};
use crate::stream::websocket;

pub(super) fn operation() -> Operation {
    let path = "/rooms/{room_id}/replay/ws";
    replay::common(path, "A past show of the room, with its own timing, over WebSocket.")
        .without_body(101)
        .problems(&[(403, "origin_not_allowed"), (426, "upgrade_required")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path()
        .and(warp::path("replay"))
        .and(warp::path("ws"))
        .and(asked(service, auth))
        .and(handshake::upgrade())
        .then(replay_ws)
        .boxed()
}

async fn replay_ws(
    _app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
    upgrade: Result<Upgrade, Problem>,
) -> Result<Response, Problem> {
    let upgrade = upgrade?;
    upgrade.check_origin(&service)?;
    let replay = replay::open(&service, &identity, room_id.clone(), &raw, None)?;
    websocket::respond(&service, &identity, room_id, upgrade, replay)
}
