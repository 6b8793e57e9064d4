//! `PUT /v1/apps/{app}/gifts/{gift_id}`: a gift of the catalogue.

use std::sync::Arc;

use domain::app::define_gift::DefineGift;
use domain::coins::Coins;
use domain::command::AppCommand;
use domain::ids::{AppId, GiftId};
use domain::limits::Limits;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use service_kit::http::{app_path, json_body, path_id, put};
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
    name: Arc<str>,
    unit_price: Coins,
    #[serde(default)]
    retired: bool,
    #[serde(default)]
    image: Option<Arc<str>>,
    #[serde(default)]
    category: Option<Arc<str>>,
    #[serde(default)]
    effect: Option<Value>,
}

pub(super) fn operation(limits: &Limits) -> Operation {
    command("put", "/gifts/{gift_id}", "A gift of the catalogue.")
        .body::<Body>()
        .bytes_max("name", limits.gift_name_bytes_max)
        .bytes_max("image", limits.url_bytes_max)
        .bytes_max("category", limits.gift_category_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("gifts"))
        .and(path_id::<GiftId>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(define_gift)
        .map(Reply::into_response)
        .boxed()
}

async fn define_gift(
    app: AppId,
    gift_id: GiftId,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let Body { name, unit_price, retired, image, category, effect } = body;
    let command = DefineGift { gift_id, name, unit_price, retired, image, category, effect };
    request.to_app(app, AppCommand::DefineGift(command)).await
}
