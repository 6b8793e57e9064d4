//! `POST /v1/apps/{app}/rooms/{room_id}/custom-messages`: a client sends what only
//! clients understand.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::send_custom_message::SendCustomMessage;
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
    command(
        "post",
        "/rooms/{room_id}/custom-messages",
        "A client sends what only clients understand.",
    )
    .body::<SendCustomMessage>()
    .bytes_max("data", limits.custom_data_bytes_max)
    .bytes_max("description", limits.custom_description_bytes_max)
    .bytes_max("extension", limits.custom_extension_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("custom-messages"))
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(send_custom_message)
        .map(Reply::into_response)
        .boxed()
}

async fn send_custom_message(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: SendCustomMessage,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::SendCustomMessage(body)).await
}
