//! `GET /v1/apps/{app}/rooms/{room_id}/products/{product_id}/history?before=&limit=&min_seq=`: what a
//! product cost, how many were left and whether it could be bought, newest change first.
//!
//! `next` is the `before` of the page of older changes, or null.

use domain::ids::{AppId, LogSeq, ProductId, RoomId};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::http::{path_id, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::{HISTORY, question};
use crate::read_models::product_history::ProductFact;
use crate::routes::query::Query;
use crate::routes::{asked, json, page};
use crate::service::{Service, must_exist};

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    room_id: RoomId,
    product_id: ProductId,
    changes: Vec<ProductFact>,
    next: Option<u64>,
    /// All changes up to this commit are in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/products/{product_id}/history", "Price and stock over time.")
        .number("before")
        .number("limit")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(404, "room_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path()
        .and(warp::path("products"))
        .and(path_id::<ProductId>())
        .and(warp::path("history"))
        .and(asked(service, auth))
        .then(product_history)
        .boxed()
}

async fn product_history(
    app: AppId,
    room_id: RoomId,
    product_id: ProductId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["before", "limit", "min_seq"])?;
    let before = query.number("before")?.unwrap_or(u64::MAX);
    let answers = &service.config().answers;
    let limit = query.count("limit", answers.page_items, 1..=answers.page_items_max)?;
    let min_seq = query.min_seq()?;
    let hub = &service.hub_for(&identity, &room_id)?;
    service.shown(hub, min_seq).await?;
    must_exist(hub, &room_id)?;

    let log_seq = service.projected(&app, min_seq).await?;
    let of = (&room_id, &product_id);
    let history = service.read_models().product_history(&app, of, before, limit + 1).await;
    let mut changes = history?;
    let more = page::cut(&mut changes, limit);
    let next = changes.last().filter(|_| more).map(|fact| fact.room_seq);
    Ok(json(&Answer { room_id, product_id, changes, next, log_seq }))
}
