//! `GET /v1/apps/{app}/rooms/{room_id}/feed?before=&after=&limit=&min_seq=`: the room's history.
//!
//! Without a cursor or with `before`: the newest items before it; `next` is the `before` of the page
//! of older items. With `after`: the oldest items after it; `next` is the `after` of the page of newer
//! items. Within a page items ascend. `next` is null where there are no more.

use std::fmt::Write as _;

use domain::ids::{AppId, RoomId};
use service_kit::auth::{Auth, Identity};
use service_kit::http::room_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::history::horizon::Horizon;
use crate::history::shown_now;
use crate::hub::Reader;
use crate::openapi::{HISTORY, question, schemas};
use crate::problems::invalid_query;
use crate::read_models::room_feed::Item;
use crate::routes::page;
use crate::routes::query::Query;
use crate::routes::{asked, json_text};
use crate::service::{Service, must_exist};

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/feed", "The history of a room.")
        .number("before")
        .number("after")
        .number("limit")
        .number("min_seq")
        .answer_of(200, "application/json", Some(schemas::page))
        .problems(HISTORY)
        .problems(&[(404, "room_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path().and(warp::path("feed")).and(asked(service, auth)).then(feed).boxed()
}

async fn feed(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["before", "after", "limit", "min_seq"])?;
    let (before, after) = (query.number("before")?, query.number("after")?);
    if before.is_some() && after.is_some() {
        return Err(invalid_query("`before` and `after` exclude each other"));
    }
    let answers = &service.config().answers;
    let limit = query.count("limit", answers.page_items, 1..=answers.page_items_max)?;
    let min_seq = query.min_seq()?;
    let hub = &service.hub_for(&identity, &room_id)?;
    service.shown(hub, min_seq).await?;
    must_exist(hub, &room_id)?;
    let log_seq = service.projected(&app, min_seq).await?;

    let reader = Reader::of(&identity);
    let horizon = Horizon::of(answers.history_ttl_s, hub, &room_id, &reader);
    let read_models = service.read_models();
    let (items, next) = if let Some(after) = after {
        let mut items = read_models.feed_after(&app, &room_id, after, horizon, limit + 1).await?;
        let more = page::cut(&mut items, limit);
        let next = items.last().filter(|_| more).map(|item| item.room_seq);
        (items, next)
    } else {
        let before = before.unwrap_or(u64::MAX);
        let mut items = read_models.feed_before(&app, &room_id, before, horizon, limit + 1).await?;
        let more = page::cut(&mut items, limit);
        let next = items.last().filter(|_| more).map(|item| item.room_seq);
        items.reverse();
        (items, next)
    };
    let mut items = shown_now(hub, &room_id, items);
    for item in &mut items {
        hub.show(&room_id, &reader, &mut item.json);
    }
    Ok(json_text(answer(&items, next, log_seq.0)))
}

/// Each item is the JSON that was pushed; they are joined as text.
fn answer(items: &[Item], next: Option<u64>, log_seq: u64) -> String {
    let bytes = items.iter().map(|item| item.json.len() + 1).sum::<usize>();
    let mut body = String::with_capacity(bytes + 60);
    body.push_str("{\"items\":[");
    for (place, item) in items.iter().enumerate() {
        body.push_str(if place == 0 { "" } else { "," });
        body.push_str(&item.json);
    }
    let next = next.map_or_else(|| "null".to_owned(), |next| next.to_string());
    // Writing into a text cannot fail.
    write!(body, "],\"next\":{next},\"log_seq\":{log_seq}}}").ok();
    body
}
