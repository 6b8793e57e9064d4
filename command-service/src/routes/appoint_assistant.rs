//! `PUT /v1/apps/{app}/rooms/{room_id}/assistants/{user_id}`: a viewer helps to run this room.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::appoint_assistant::AppointAssistant;
use service_kit::http::{path_id, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/assistants/{user_id}", "A viewer helps to run this room.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("assistants"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .then(appoint_assistant)
        .map(Reply::into_response)
        .boxed()
}

async fn appoint_assistant(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
) -> Result<Response, Problem> {
    let command = AppointAssistant { user_id };
    request.to_room(app, room_id, RoomCommand::AppointAssistant(command)).await
}
