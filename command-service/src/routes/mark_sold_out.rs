//! `PUT /v1/apps/{app}/rooms/{room_id}/products/{product_id}/sold-out`: whether it can be bought now.

use domain::command::RoomCommand;
use domain::ids::{AppId, ProductId, RoomId};
use domain::limits::Limits;
use domain::room::mark_sold_out::MarkSoldOut;
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
    sold_out: bool,
}

pub(super) fn operation(_limits: &Limits) -> Operation {
    let path = "/rooms/{room_id}/products/{product_id}/sold-out";
    command("put", path, "Whether a product can be bought now.").body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("products"))
        .and(path_id::<ProductId>())
        .and(warp::path("sold-out"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(mark_sold_out)
        .map(Reply::into_response)
        .boxed()
}

async fn mark_sold_out(
    app: AppId,
    room_id: RoomId,
    product_id: ProductId,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let command = MarkSoldOut { product_id, sold_out: body.sold_out };
    request.to_room(app, room_id, RoomCommand::MarkSoldOut(command)).await
}
