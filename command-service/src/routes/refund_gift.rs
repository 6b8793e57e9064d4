//! `PUT /v1/apps/{app}/rooms/{room_id}/refunds/{room_seq}`: a gift is taken back.

use std::sync::Arc;

use domain::command::RoomCommand;
use domain::ids::{AppId, LogSeq, RoomId};
use domain::limits::Limits;
use domain::room::refund_gift::RefundGift;
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

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    reason: Option<Arc<str>>,
}

pub(super) fn operation(limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/refunds/{room_seq}", "A gift is taken back.")
        .body::<Body>()
        .bytes_max("reason", limits.reason_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("refunds"))
        .and(path_id::<u64>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(refund_gift)
        .map(Reply::into_response)
        .boxed()
}

async fn refund_gift(
    app: AppId,
    room_id: RoomId,
    room_seq: u64,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let (place, as_of) = (None, LogSeq(0));
    let refund = RefundGift { room_seq, reason: body.reason, place, as_of };
    request.to_room(app, room_id, RoomCommand::RefundGift(refund)).await
}
