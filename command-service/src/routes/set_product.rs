//! `PUT /v1/apps/{app}/rooms/{room_id}/products/{product_id}`: a product on the shelf.

use domain::command::RoomCommand;
use domain::ids::{AppId, ProductId, RoomId};
use domain::limits::Limits;
use domain::room::set_product::SetProduct;
use domain::room::shelf::Product;
use service_kit::http::{json_body, path_id, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/products/{product_id}", "A product on the shelf.")
        .body::<Product>()
        .bytes_max("title", limits.product_title_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("products"))
        .and(path_id::<ProductId>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_product)
        .map(Reply::into_response)
        .boxed()
}

async fn set_product(
    app: AppId,
    room_id: RoomId,
    product_id: ProductId,
    request: Request,
    product: Product,
) -> Result<Response, Problem> {
    let command = RoomCommand::SetProduct(SetProduct { product_id, product });
    request.to_room(app, room_id, command).await
}
