//! `PUT /v1/apps/{app}/rooms/{room_id}/held-messages/{room_seq}`: a message that waits may be seen, or
//! not.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::review_message::ReviewMessage;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{json_body, path_id, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

/// What is said of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {
    approve: bool,
}

pub(super) fn operation(_limits: &Limits) -> Operation {
    command(
        "put",
        "/rooms/{room_id}/held-messages/{room_seq}",
        "A message that waits may be seen, or not.",
    )
    .body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("held-messages"))
        .and(path_id::<u64>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(review_message)
        .map(Reply::into_response)
        .boxed()
}

async fn review_message(
    app: AppId,
    room_id: RoomId,
    room_seq: u64,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let command = RoomCommand::ReviewMessage(ReviewMessage { room_seq, approve: body.approve });
    request.to_room(app, room_id, command).await
}
