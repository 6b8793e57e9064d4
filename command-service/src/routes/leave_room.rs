//! `DELETE /v1/apps/{app}/rooms/{room_id}/members/{user_id}`: a viewer goes. The user is the caller;
//! an admin may see anybody out.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::leave_room::LeaveRoom;
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
    command("delete", "/rooms/{room_id}/members/{user_id}", "A viewer goes.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("members"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(delete())
        .and(request(gateway))
        .then(leave_room)
        .map(Reply::into_response)
        .boxed()
}

async fn leave_room(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
) -> Result<Response, Problem> {
    let request = request.in_the_name_of(user_id)?;
    request.to_room(app, room_id, RoomCommand::LeaveRoom(LeaveRoom {})).await
}
