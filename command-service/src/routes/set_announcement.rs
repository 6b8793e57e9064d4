//! `PUT /v1/apps/{app}/rooms/{room_id}/announcement`: what everybody in the room shall read.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::set_announcement::SetAnnouncement;
use service_kit::http::{json_body, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/announcement", "What everybody in the room shall read.")
        .body::<SetAnnouncement>()
        .bytes_max("text", limits.announcement_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("announcement"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_announcement)
        .map(Reply::into_response)
        .boxed()
}

async fn set_announcement(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: SetAnnouncement,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::SetAnnouncement(body)).await
}
