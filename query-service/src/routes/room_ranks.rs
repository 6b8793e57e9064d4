//! `GET /v1/apps/{app}/room-ranks?period=&at=&limit=&min_seq=`: the rooms in which most was done in an
//! hour or on a day, first.
//!
//! `period` is `hour` (the default) or `day`; `at`, in Unix milliseconds, is any instant of the period,
//! now unless said otherwise. What is worth how much stands in [`crate::heat`].

use domain::ids::{AppId, LogSeq};
use domain::timestamp::Timestamp;
use domain::view::period::Period;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::http::app_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::{HISTORY, question};
use crate::problems::invalid_query;
use crate::read_models::room_activity::RankedRoom;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::Service;

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    period: &'static str,
    starts_at: Timestamp,
    ends_at: Timestamp,
    ranking: Vec<RankedRoom>,
    /// All that was done up to this commit is in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    let period = serde_json::json!({ "type": "string", "enum": ["hour", "day"] });
    question("/room-ranks", "The rooms in which most was done in an hour or on a day, first.")
        .parameter("query", "period", false, period)
        .number("at")
        .number("limit")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    app_path().and(warp::path("room-ranks")).and(asked(service, auth)).then(room_ranks).boxed()
}

async fn room_ranks(
    app: AppId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["period", "at", "limit", "min_seq"])?;
    let period = match query.text("period") {
        None => Period::Hour,
        Some(text) => {
            let period = Period::ALL.into_iter().find(|period| period.as_str() == text);
            period.ok_or_else(|| invalid_query("`period` is `hour` or `day`"))?
        }
    };
    let starts_at = period.starts_at(query.instant("at")?);
    let ends_at = Timestamp(starts_at.0.saturating_add(period.millis()));
    let config = service.config();
    let (usual, max) = (config.answers.page_items, config.answers.page_items_max);
    let limit = query.count("limit", usual, 1..=max)?;
    let log_seq = service.projected(&app, query.min_seq()?).await?;
    let (within, rooms) = ((starts_at, ends_at), identity.rooms.as_deref());
    let read_models = service.read_models();
    let ranking = read_models.room_ranks(&app, within, &config.heat, rooms, limit).await?;
    Ok(json(&Answer { period: period.as_str(), starts_at, ends_at, ranking, log_seq }))
}
