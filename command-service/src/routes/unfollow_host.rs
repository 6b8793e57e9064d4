//! `DELETE /v1/apps/{app}/rooms/{room_id}/followers/{user_id}`: a viewer no longer follows whoever owns
//! the room. The user is the caller; an admin may do it for anybody.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::unfollow_host::UnfollowHost;
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
    command(
        "delete",
        "/rooms/{room_id}/followers/{user_id}",
        "A viewer no longer follows the host.",
    )
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("followers"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(delete())
        .and(request(gateway))
        .then(unfollow_host)
        .map(Reply::into_response)
        .boxed()
}

async fn unfollow_host(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
) -> Result<Response, Problem> {
    let request = request.in_the_name_of(user_id)?;
    request.to_room(app, room_id, RoomCommand::UnfollowHost(UnfollowHost::default())).await
}
