//! `DELETE /v1/apps/{app}/rooms/{room_id}/messages/{room_seq}`: a message is taken back.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::recall_message::RecallMessage;
use service_kit::http::{delete, path_id, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("delete", "/rooms/{room_id}/messages/{room_seq}", "A message is taken back.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("messages"))
        .and(path_id::<u64>())
        .and(warp::path::end())
        .and(delete())
        .and(request(gateway))
        .then(recall_message)
        .map(Reply::into_response)
        .boxed()
}

async fn recall_message(
    app: AppId,
    room_id: RoomId,
    room_seq: u64,
    request: Request,
) -> Result<Response, Problem> {
    let command = RoomCommand::RecallMessage(RecallMessage { room_seq });
    request.to_room(app, room_id, command).await
}
