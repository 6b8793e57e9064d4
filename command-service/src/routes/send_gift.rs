//! `POST /v1/apps/{app}/rooms/{room_id}/gifts`: a viewer sends a gift.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::send_gift::SendGift;
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
    command("post", "/rooms/{room_id}/gifts", "A viewer sends a gift.").body::<SendGift>().range(
        "count",
        1,
        limits.gift_count_max.into(),
    )
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("gifts"))
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(send_gift)
        .map(Reply::into_response)
        .boxed()
}

async fn send_gift(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: SendGift,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::SendGift(body)).await
}
