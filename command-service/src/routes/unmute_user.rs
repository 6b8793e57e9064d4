//! `DELETE /v1/apps/{app}/rooms/{room_id}/mutes/{user_id}`: they may send again.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::unmute_user::UnmuteUser;
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
    command("delete", "/rooms/{room_id}/mutes/{user_id}", "They may send again.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("mutes"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(delete())
        .and(request(gateway))
        .then(unmute_user)
        .map(Reply::into_response)
        .boxed()
}

async fn unmute_user(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::UnmuteUser(UnmuteUser { user_id })).await
}
