//! `POST /v1/apps/{app}/rooms/{room_id}/levels`: somebody has risen to a level, said in their name.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::announce_level::AnnounceLevel;
use service_kit::http::{json_body, post, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(limits: &Limits) -> Operation {
    command("post", "/rooms/{room_id}/levels", "Somebody has risen to a level.")
        .body::<AnnounceLevel>()
        .range("level", 1, limits.levels_max.into())
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("levels"))
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(announce_level)
        .map(Reply::into_response)
        .boxed()
}

async fn announce_level(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: AnnounceLevel,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::AnnounceLevel(body)).await
}
