//! `PUT /v1/apps/{app}/rooms/{room_id}/introduction`: what the show is about.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::set_introduction::SetIntroduction;
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
    command("put", "/rooms/{room_id}/introduction", "What the show is about.")
        .body::<SetIntroduction>()
        .bytes_max("text", limits.introduction_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("introduction"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_introduction)
        .map(Reply::into_response)
        .boxed()
}

async fn set_introduction(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: SetIntroduction,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::SetIntroduction(body)).await
}
