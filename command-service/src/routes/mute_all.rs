//! `PUT /v1/apps/{app}/rooms/{room_id}/mute-all`: only some may talk.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::mute_all::MuteAll;
use service_kit::http::{json_body, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/mute-all", "Only some may talk.")
        .body::<MuteAll>()
        .items_max("allow", limits.mute_all_allow_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("mute-all"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(mute_all)
        .map(Reply::into_response)
        .boxed()
}

async fn mute_all(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: MuteAll,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::MuteAll(body)).await
}
