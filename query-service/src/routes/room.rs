//! `GET /v1/apps/{app}/rooms/{room_id}?min_seq=&recent=`: the room as it is now, from memory.
//!
//! `recent` are the newest items up to `room_seq`, ascending; the stream after `room_seq` continues
//! them. Without Postgres they may be fewer, and `recent_complete` says so.

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
use crate::hub::frame::Frame;
use crate::hub::{AppHub, Reader, RoomSnapshot};
use crate::openapi::{question, schemas};
use crate::problems::room_not_found;
use crate::read_models::room_feed::Item;
use crate::routes::query::Query;
use crate::routes::{asked, json_text};
use crate::service::Service;

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}", "The room as it is now.")
        .number("min_seq")
        .number("recent")
        .answer_of(200, "application/json", Some(schemas::room))
        .problems(&[(404, "room_not_found"), (412, "not_yet")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path().and(asked(service, auth)).then(room).boxed()
}

async fn room(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["min_seq", "recent"])?;
    let min_seq = query.min_seq()?;
    let answers = &service.config().answers;
    let wanted = query.count("recent", answers.recent_items, 0..=answers.recent_items_max)?;
    let hub = &service.hub_for(&identity, &room_id)?;
    service.shown(hub, min_seq).await?;

    let reader = Reader::of(&identity);
    let count = usize::try_from(wanted).unwrap_or(usize::MAX);
    let snapshot = hub.snapshot(&room_id, &reader, count).ok_or_else(room_not_found)?;
    let mut pinned = pinned_items(&service, hub, &room_id, &snapshot).await;
    for item in &mut pinned {
        hub.show(&room_id, &reader, &mut item.json);
    }
    let recent: Vec<&str> = snapshot.newest.iter().map(Frame::json).collect();
    let horizon = Horizon::of(answers.history_ttl_s, hub, &room_id, &reader);
    let too_old = horizon.before(&recent);
    if 0 < too_old {
        return Ok(answer(&snapshot, &recent[too_old..], &pinned, true));
    }
    let oldest = snapshot.room_seq + 1 - recent.len() as u64;
    let missing = wanted - u32::try_from(recent.len()).unwrap_or(wanted);
    if missing == 0 || oldest <= 1 {
        return Ok(answer(&snapshot, &recent, &pinned, true));
    }

    let older = service.read_models().feed_before(&app, &room_id, oldest, horizon, missing).await;
    let is_known = older.is_ok();
    let mut older = shown_now(hub, &room_id, older.unwrap_or_default());
    // What the projector has not written yet is a hole; what lies before it is not recent.
    let holds = |(expected, seq): (u64, u64)| expected == seq;
    let seqs = older.iter().map(|item| item.room_seq);
    let dense = (1..oldest).rev().zip(seqs).take_while(|pair| holds(*pair)).count();
    let has_all_of_late = is_known && !horizon.is_none() && dense == older.len();
    older.truncate(dense);
    older.reverse();
    for item in &mut older {
        hub.show(&room_id, &reader, &mut item.json);
    }
    let complete = has_all_of_late || older.len() as u64 == u64::from(missing).min(oldest - 1);
    let recent: Vec<&str> = older.iter().map(|item| item.json.as_str()).chain(recent).collect();
    Ok(answer(&snapshot, &recent, &pinned, complete))
}

/// The pinned messages themselves; without Postgres those that are too old for the ring are missing.
async fn pinned_items(
    service: &Service,
    hub: &AppHub,
    room_id: &RoomId,
    snapshot: &RoomSnapshot,
) -> Vec<Item> {
    if snapshot.pinned.is_empty() {
        return Vec::new();
    }
    let (held, older) = hub.items(room_id, &snapshot.pinned);
    let mut items: Vec<Item> = if older.is_empty() {
        Vec::new()
    } else {
        let older = service.read_models().feed_items(hub.app(), room_id, &older).await;
        shown_now(hub, room_id, older.unwrap_or_default())
    };
    let held = held.into_iter();
    items.extend(held.map(|(room_seq, frame)| Item { room_seq, json: frame.json().to_owned() }));
    items
}

fn join(body: &mut String, items: impl Iterator<Item: AsRef<str>>) {
    for (place, item) in items.enumerate() {
        body.push_str(if place == 0 { "" } else { "," });
        body.push_str(item.as_ref());
    }
}

/// The view is JSON already, and so is every item: they are joined as text.
fn answer(snapshot: &RoomSnapshot, recent: &[&str], pinned: &[Item], complete: bool) -> Response {
    let view = snapshot.view.strip_suffix('}').unwrap_or(&snapshot.view);
    let bytes = recent.iter().map(|item| item.len() + 1).sum::<usize>();
    let mut body = String::with_capacity(view.len() + bytes + 80);
    body.push_str(view);
    body.push_str(",\"pinned_items\":[");
    join(&mut body, pinned.iter().map(|item| &item.json));
    body.push_str("],\"recent\":[");
    join(&mut body, recent.iter().copied());
    // Writing into a text cannot fail.
    let (versions, log_seq) = (snapshot.versions, snapshot.log_seq);
    write!(body, "],\"recent_complete\":{complete},{versions},").ok();
    let online = serde_json::to_string(&snapshot.online).unwrap_or_else(|_| "null".to_owned());
    write!(body, "\"online\":{online},").ok();
    write!(body, "\"log_seq\":{log_seq}}}").ok();
    json_text(body)
}
