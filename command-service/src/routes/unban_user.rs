//! `DELETE /v1/apps/{app}/rooms/{room_id}/bans/{user_id}`: they may come again.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::unban_user::UnbanUser;
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
    command("delete", "/rooms/{room_id}/bans/{user_id}", "They may come again.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("bans"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(delete())
        .and(request(gateway))
        .then(unban_user)
        .map(Reply::into_response)
        .boxed()
}

async fn unban_user(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
) -> Result<Response, Problem> {
    let command = UnbanUser { user_id };
    request.to_room(app, room_id, RoomCommand::UnbanUser(command)).await
}
