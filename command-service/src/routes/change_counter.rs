//! `POST /v1/apps/{app}/rooms/{room_id}/counters/{key}`: a number of the room goes up, down or elsewhere.

use domain::command::RoomCommand;
use domain::ids::{AppId, CounterKey, RoomId};
use domain::limits::Limits;
use domain::room::change_counter::{ChangeCounter, CounterOp};
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
    op: CounterOp,
    value: i64,
}

pub(super) fn operation(_: &Limits) -> Operation {
    command("post", "/rooms/{room_id}/counters/{key}", "A number of the room changes.")
        .body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("counters"))
        .and(path_id::<CounterKey>())
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(change_counter)
        .map(Reply::into_response)
        .boxed()
}

async fn change_counter(
    app: AppId,
    room_id: RoomId,
    key: CounterKey,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let command = ChangeCounter { key, op: body.op, value: body.value };
    request.to_room(app, room_id, RoomCommand::ChangeCounter(command)).await
}
