//! `PUT /v1/apps/{app}/rooms/{room_id}/followers/{user_id}`: a viewer follows whoever owns the room. The
//! user is the caller; an admin may do it for anybody.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::follow_host::FollowHost;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{json_body_or_default, path_id, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {}

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/followers/{user_id}", "A viewer follows the host.")
        .optional_body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("followers"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body_or_default(gateway.config.body_bytes_max))
        .then(follow_host)
        .map(Reply::into_response)
        .boxed()
}

async fn follow_host(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
    _body: Body,
) -> Result<Response, Problem> {
    let request = request.in_the_name_of(user_id)?;
    request.to_room(app, room_id, RoomCommand::FollowHost(FollowHost::default())).await
}
