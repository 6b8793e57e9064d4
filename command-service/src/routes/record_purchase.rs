//! `PUT /v1/apps/{app}/rooms/{room_id}/purchases/{order_id}`: the shop has sold something to a viewer.

use std::sync::Arc;

use domain::coins::Coins;
use domain::command::RoomCommand;
use domain::ids::{AppId, LogSeq, OrderId, ProductId, RoomId};
use domain::limits::Limits;
use domain::room::record_purchase::RecordPurchase;
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
    product_id: ProductId,
    quantity: u32,
    amount_cents: u64,
    #[serde(default)]
    title: Option<Arc<str>>,
}

pub(super) fn operation(limits: &Limits) -> Operation {
    let path = "/rooms/{room_id}/purchases/{order_id}";
    command("put", path, "The shop has sold something to a viewer.")
        .body::<Body>()
        .range("quantity", 1, limits.purchase_quantity_max.into())
        .range("amount_cents", 0, Coins::MAX.0)
        .bytes_max("title", limits.product_title_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("purchases"))
        .and(path_id::<OrderId>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(record_purchase)
        .map(Reply::into_response)
        .boxed()
}

async fn record_purchase(
    app: AppId,
    room_id: RoomId,
    order_id: OrderId,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let Body { product_id, quantity, amount_cents, title } = body;
    let (known, as_of) = (false, LogSeq(0));
    let purchase =
        RecordPurchase { order_id, product_id, quantity, amount_cents, title, known, as_of };
    request.to_room(app, room_id, RoomCommand::RecordPurchase(purchase)).await
}
