//! `POST /v1/apps/{app}/rooms/{room_id}/fields`: some custom fields of a room, all or none.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::command::RoomCommand;
use domain::ids::{AppId, FieldKey, RoomId};
use domain::limits::Limits;
use domain::room::set_fields::SetFields;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{json_body, post, room_path};
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
    #[serde(default)]
    versions: BTreeMap<FieldKey, u64>,
}

pub(super) fn operation(_: &Limits) -> Operation {
    command("post", "/rooms/{room_id}/fields", "Some custom fields of a room.").body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("fields"))
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_fields)
        .map(Reply::into_response)
        .boxed()
}

async fn set_fields(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let Body { values, versions } = body;
    let command = SetFields { values, versions };
    request.to_room(app, room_id, RoomCommand::SetFields(command)).await
}
