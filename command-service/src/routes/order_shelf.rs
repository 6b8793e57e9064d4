//! `PUT /v1/apps/{app}/rooms/{room_id}/shelf-order`: in which order the products are shown.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::order_shelf::OrderShelf;
use service_kit::http::{json_body, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/shelf-order", "In which order the products are shown.")
        .body::<OrderShelf>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("shelf-order"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(order_shelf)
        .map(Reply::into_response)
        .boxed()
}

async fn order_shelf(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: OrderShelf,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::OrderShelf(body)).await
}
