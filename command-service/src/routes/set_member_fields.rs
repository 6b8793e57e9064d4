//! `POST /v1/apps/{app}/rooms/{room_id}/members/{user_id}/fields`: some custom fields of a person in a room.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::command::RoomCommand;
use domain::ids::{AppId, FieldKey, RoomId, UserId};
use domain::limits::Limits;
use domain::room::set_member_fields::SetMemberFields;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{json_body, path_id, post, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {
    values: BTreeMap<FieldKey, Arc<str>>,
}

pub(super) fn operation(_: &Limits) -> Operation {
    let path = "/rooms/{room_id}/members/{user_id}/fields";
    command("post", path, "Some custom fields of a person in a room.").body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("members"))
        .and(path_id::<UserId>())
        .and(warp::path("fields"))
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_member_fields)
        .map(Reply::into_response)
        .boxed()
}

async fn set_member_fields(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let command = SetMemberFields { user_id, values: body.values };
    request.to_room(app, room_id, RoomCommand::SetMemberFields(command)).await
}
