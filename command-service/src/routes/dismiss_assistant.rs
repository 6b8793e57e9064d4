//! `DELETE /v1/apps/{app}/rooms/{room_id}/assistants/{user_id}`: they are a viewer again.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::dismiss_assistant::DismissAssistant;
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
    command("delete", "/rooms/{room_id}/assistants/{user_id}", "They are a viewer again.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("assistants"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(delete())
        .and(request(gateway))
        .then(dismiss_assistant)
        .map(Reply::into_response)
        .boxed()
}

async fn dismiss_assistant(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
) -> Result<Response, Problem> {
    let command = DismissAssistant { user_id };
    request.to_room(app, room_id, RoomCommand::DismissAssistant(command)).await
}
