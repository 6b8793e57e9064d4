//! `POST /v1/apps/{app}/rooms/{room_id}/likes`: likes that a client has gathered.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::send_likes::SendLikes;
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
    command("post", "/rooms/{room_id}/likes", "Likes that a client has gathered.")
        .body::<SendLikes>()
        .range("count", 1, limits.like_count_max.into())
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("likes"))
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(send_likes)
        .map(Reply::into_response)
        .boxed()
}

async fn send_likes(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: SendLikes,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::SendLikes(body)).await
}
