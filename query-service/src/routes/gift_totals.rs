//! `GET /v1/apps/{app}/rooms/{room_id}/gift-totals?limit=&min_seq=`: who has given most, first.

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

use crate::openapi::{HISTORY, question};
use crate::read_models::gift_total::Giver;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::{Service, must_exist};

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    room_id: RoomId,
    ranking: Vec<Giver>,
    /// All gifts up to this commit are in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/gift-totals", "Who has given most, first.")
        .number("limit")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(404, "room_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path().and(warp::path("gift-totals")).and(asked(service, auth)).then(gift_totals).boxed()
}

async fn gift_totals(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["limit", "min_seq"])?;
    let answers = &service.config().answers;
    let limit = query.count("limit", answers.page_items, 1..=answers.page_items_max)?;
    let min_seq = query.min_seq()?;
    let hub = &service.hub_for(&identity, &room_id)?;
    service.shown(hub, min_seq).await?;
    must_exist(hub, &room_id)?;

    let log_seq = service.projected(&app, min_seq).await?;
    let ranking = service.read_models().gift_ranking(&app, &room_id, limit).await?;
    Ok(json(&Answer { room_id, ranking, log_seq }))
}
