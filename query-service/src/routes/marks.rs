//! `GET /v1/apps/{app}/rooms/{room_id}/marks?after=&limit=&min_seq=`: which product was explained when,
//! for a player of the replay.
//!
//! Times are milliseconds since the show first went live, as the recording counts them. A window that
//! was open before that begins at 0; one that is still open has no end. Before the show goes live there
//! are no marks. `next` is the `after` of the next page, or null.

use domain::ids::{AppId, LogSeq, RoomId};
use domain::timestamp::Timestamp;
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
use crate::problems::room_not_found;
use crate::read_models::spotlight::Window;
use crate::routes::query::Query;
use crate::routes::{asked, json, page};
use crate::service::Service;

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    room_id: RoomId,
    /// What the offsets count from; null before the show.
    live_at: Option<Timestamp>,
    marks: Vec<Mark>,
    next: Option<u64>,
    /// All windows up to this commit are in it.
    log_seq: LogSeq,
}

/// One product in the spotlight.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct Mark {
    /// The event that began it.
    room_seq: u64,
    product_id: String,
    /// As the shelf showed it then.
    title: Option<String>,
    price_cents: Option<u64>,
    start_ms: u64,
    /// Null while it is open.
    end_ms: Option<u64>,
}

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/marks", "Which product was explained when, for a replay.")
        .number("after")
        .number("limit")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(404, "room_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path().and(warp::path("marks")).and(asked(service, auth)).then(marks).boxed()
}

async fn marks(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["after", "limit", "min_seq"])?;
    let after = query.number("after")?.unwrap_or_default();
    let answers = &service.config().answers;
    let limit = query.count("limit", answers.page_items, 1..=answers.page_items_max)?;
    let min_seq = query.min_seq()?;
    let hub = &service.hub_for(&identity, &room_id)?;
    service.shown(hub, min_seq).await?;
    let live_at = hub.look(|state| state.rooms.get(&room_id).map(|room| room.live_at));
    let live_at = live_at.ok_or_else(room_not_found)?;

    let log_seq = service.projected(&app, min_seq).await?;
    let Some(began) = live_at else {
        return Ok(json(&Answer { room_id, live_at, marks: vec![], next: None, log_seq }));
    };
    let of = (after, began.0);
    let windows = service.read_models().spotlight_windows(&app, &room_id, of, limit + 1).await;
    let mut marks: Vec<Mark> = windows?.into_iter().map(|window| mark(window, began)).collect();
    let more = page::cut(&mut marks, limit);
    let next = marks.last().filter(|_| more).map(|mark| mark.room_seq);
    Ok(json(&Answer { room_id, live_at, marks, next, log_seq }))
}

fn mark(window: Window, began: Timestamp) -> Mark {
    let Window { from_seq, product_id, product, from_at, to_at } = window;
    let offset = |at: i64| at.saturating_sub(began.0).max(0).cast_unsigned();
    Mark {
        room_seq: from_seq,
        product_id,
        title: product.as_ref().map(|product| product.title.to_string()),
        price_cents: product.map(|product| product.price_cents),
        start_ms: offset(from_at),
        end_ms: to_at.map(offset),
    }
}
