//! `POST /v1/apps/{app}/rooms/{room_id}/kicks`: somebody is told to go.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::kick_user::KickUser;
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
    command("post", "/rooms/{room_id}/kicks", "Somebody is told to go.")
        .body::<KickUser>()
        .bytes_max("reason", limits.reason_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("kicks"))
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(kick_user)
        .map(Reply::into_response)
        .boxed()
}

async fn kick_user(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: KickUser,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::KickUser(body)).await
}
