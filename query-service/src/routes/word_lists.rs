//! `GET /v1/apps/{app}/word-lists?after=&limit=&min_seq=`: what all texts of the app are screened for, by
//! name, from memory.
//!
//! For admins; the lists of a room are in [`super::room_word_lists`]. `next` is the `after` of the next
//! page, or null.

use std::ops::Bound;

use domain::actor::Role;
use domain::ids::{AppId, LogSeq, RoomId, WordListName};
use domain::word_list::WordList;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json as value};
use service_kit::auth::{Auth, Identity};
use service_kit::http::app_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::hub::AppHub;
use crate::openapi::question;
use crate::problems::not_allowed;
use crate::routes::query::Query;
use crate::routes::{asked, json, page};
use crate::service::Service;

/// Lists of a page: each may be as long as a list may be.
const PAGE_LISTS_MAX: u32 = 50;

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    word_lists: Vec<Named>,
    next: Option<WordListName>,
    log_seq: LogSeq,
}

/// A list as it was set, with its name.
#[derive(Debug, Serialize, JsonSchema)]
struct Named {
    name: WordListName,
    #[serde(flatten)]
    #[schemars(with = "Value")]
    list: WordList,
}

/// The same for the app and for a room.
pub(super) fn described(path: &str, summary: &'static str) -> Operation {
    question(path, summary)
        .parameter("query", "after", false, value!({ "type": "string" }))
        .number("limit")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(&[(403, "not_allowed"), (412, "not_yet")])
}

pub(super) fn operation() -> Operation {
    described("/word-lists", "The word lists of the app.")
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    app_path().and(warp::path("word-lists")).and(asked(service, auth)).then(word_lists).boxed()
}

async fn word_lists(
    app: AppId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    if identity.role != Role::Admin {
        return Err(not_allowed("only an admin may read this"));
    }
    let hub = service.hub(&app)?;
    answer(&service, &hub, None, &raw).await
}

/// The same for the app and for a room.
pub(super) async fn answer(
    service: &Service,
    hub: &AppHub,
    room_id: Option<&RoomId>,
    raw: &str,
) -> Result<Response, Problem> {
    let query = Query::parse(raw, &["after", "limit", "min_seq"])?;
    let after = query.id::<WordListName>("after")?;
    let limit = query.count("limit", PAGE_LISTS_MAX, 1..=PAGE_LISTS_MAX)?;
    service.shown(hub, query.min_seq()?).await?;
    let rows = usize::try_from(limit + 1).unwrap_or(usize::MAX);
    let mut word_lists: Vec<Named> = hub.look(|app| {
        let begin = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let lists = app.word_lists.of(room_id).into_iter();
        let lists = lists.flat_map(|lists| lists.range((begin, Bound::Unbounded)));
        let named = lists.map(|(name, list)| Named { name: name.clone(), list: list.clone() });
        named.take(rows).collect()
    });
    let more = page::cut(&mut word_lists, limit);
    let next = word_lists.last().filter(|_| more).map(|list| list.name.clone());
    Ok(json(&Answer { word_lists, next, log_seq: hub.log_seq() }))
}
