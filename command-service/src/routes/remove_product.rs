//! `DELETE /v1/apps/{app}/rooms/{room_id}/products/{product_id}`: a product leaves the shelf.

use domain::command::RoomCommand;
use domain::ids::{AppId, ProductId, RoomId};
use domain::limits::Limits;
use domain::room::remove_product::RemoveProduct;
use service_kit::http::{delete, path_id, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("delete", "/rooms/{room_id}/products/{product_id}", "A product leaves the shelf.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("products"))
        .and(path_id::<ProductId>())
        .and(warp::path::end())
        .and(delete())
        .and(request(gateway))
        .then(remove_product)
        .map(Reply::into_response)
        .boxed()
}

async fn remove_product(
    app: AppId,
    room_id: RoomId,
    product_id: ProductId,
    request: Request,
) -> Result<Response, Problem> {
    let command = RemoveProduct { product_id };
    request.to_room(app, room_id, RoomCommand::RemoveProduct(command)).await
}
