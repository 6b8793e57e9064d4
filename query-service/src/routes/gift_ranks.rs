//! `GET /v1/apps/{app}/rooms/{room_id}/gift-ranks?period=&at=&limit=&min_seq=`: who has given most in an
//! hour, on a day or in the whole room, first.
//!
//! `period` is `room` (the default), `hour` or `day`; `at`, in Unix milliseconds, is any instant of the
//! period, now unless said otherwise. Hours and days are those of UTC.

use domain::ids::{AppId, LogSeq, RoomId};
use domain::timestamp::Timestamp;
use domain::view::period::Period;
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
use crate::problems::invalid_query;
use crate::read_models::gift_total::Giver;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::{Service, must_exist};

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    room_id: RoomId,
    period: &'static str,
    /// Null for the whole room.
    starts_at: Option<Timestamp>,
    /// Null for the whole room.
    ends_at: Option<Timestamp>,
    ranking: Vec<Giver>,
    /// All gifts up to this commit are in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    let period = serde_json::json!({ "type": "string", "enum": ["room", "hour", "day"] });
    question("/rooms/{room_id}/gift-ranks", "Who has given most in an hour or on a day, first.")
        .parameter("query", "period", false, period)
        .number("at")
        .number("limit")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(404, "room_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path().and(warp::path("gift-ranks")).and(asked(service, auth)).then(gift_ranks).boxed()
}

async fn gift_ranks(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["period", "at", "limit", "min_seq"])?;
    let period = match query.text("period") {
        None | Some("room") => None,
        Some(text) => {
            let period = Period::ALL.into_iter().find(|period| period.as_str() == text);
            Some(period.ok_or_else(|| invalid_query("`period` is `room`, `hour` or `day`"))?)
        }
    };
    let at = query.instant("at")?;
    let answers = &service.config().answers;
    let limit = query.count("limit", answers.page_items, 1..=answers.page_items_max)?;
    let min_seq = query.min_seq()?;
    let hub = &service.hub_for(&identity, &room_id)?;
    service.shown(hub, min_seq).await?;
    must_exist(hub, &room_id)?;

    let log_seq = service.projected(&app, min_seq).await?;
    let read_models = service.read_models();
    let Some(period) = period else {
        let ranking = read_models.gift_ranking(&app, &room_id, limit).await?;
        let (period, starts_at, ends_at) = ("room", None, None);
        return Ok(json(&Answer { room_id, period, starts_at, ends_at, ranking, log_seq }));
    };
    let starts_at = period.starts_at(at);
    let ranking = read_models.gift_rank(&app, &room_id, (period, starts_at), limit).await?;
    let ends_at = Some(Timestamp(starts_at.0.saturating_add(period.millis())));
    let (period, starts_at) = (period.as_str(), Some(starts_at));
    Ok(json(&Answer { room_id, period, starts_at, ends_at, ranking, log_seq }))
}
