//! `GET /v1/apps/{app}/rooms/{room_id}/sales?min_seq=`: what was sold in a room, by product.
//!
//! For admins and for the host of the room.

use domain::field::Clearance;
use domain::ids::{AppId, LogSeq, RoomId};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::http::room_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::hub::Reader;
use crate::openapi::{HISTORY, question};
use crate::problems::not_allowed;
use crate::read_models::purchase::Sale;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::{Service, must_exist};

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    room_id: RoomId,
    orders: u64,
    sold: u64,
    revenue_cents: u64,
    /// By product id.
    products: Vec<Sale>,
    /// All purchases up to this commit are in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/sales", "What was sold in a room, by product.")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(403, "not_allowed"), (404, "room_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path().and(warp::path("sales")).and(asked(service, auth)).then(sales).boxed()
}

async fn sales(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let min_seq = Query::parse(&raw, &["min_seq"])?.min_seq()?;
    let hub = service.hub_for(&identity, &room_id)?;
    service.shown(&hub, min_seq).await?;
    must_exist(&hub, &room_id)?;
    if hub.clearance(&room_id, &Reader::of(&identity)) < Clearance::Owner {
        return Err(not_allowed("only the host of the room and an admin may read this"));
    }

    let log_seq = service.projected(&app, min_seq).await?;
    let products = service.read_models().sales(&app, &room_id).await?;
    let sum = |of: fn(&Sale) -> u64| products.iter().map(of).fold(0, u64::saturating_add);
    let (orders, sold) = (sum(|sale| sale.orders), sum(|sale| sale.sold));
    let revenue_cents = sum(|sale| sale.revenue_cents);
    Ok(json(&Answer { room_id, orders, sold, revenue_cents, products, log_seq }))
}
