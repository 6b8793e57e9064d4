//! `GET /v1/apps/{app}/rooms?q=&status=&kind=&owner=&archived=&after=&limit=&min_seq=`: the rooms of the
//! app, newest first.
//!
//! `q` is a part of the name, whatever its case. Archived rooms are left out; `archived=1` gives them
//! alone, to admins and to hosts who ask for their own. A token for some rooms sees those. `next` is the
//! `after` of the next page, or null.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::actor::Role;
use domain::ids::{AppId, LogSeq, UserId};
use domain::room::status::RoomStatus;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json as value;
use service_kit::auth::{Auth, Identity};
use service_kit::http::app_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::{HISTORY, question};
use crate::problems::{invalid_query, not_allowed};
use crate::read_models::room::{ListedRoom, RoomFilter, RoomPlace};
use crate::routes::query::Query;
use crate::routes::{asked, json, page};
use crate::service::Service;

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    rooms: Vec<ListedRoom>,
    next: Option<String>,
    /// All that happened up to this commit is in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    let text = || value!({ "type": "string" });
    let status = RoomStatus::ALL.map(RoomStatus::as_str);
    question("/rooms", "The rooms of the app, newest first.")
        .parameter("query", "q", false, text())
        .parameter("query", "status", false, value!({ "type": "string", "enum": status }))
        .parameter("query", "kind", false, text())
        .parameter("query", "owner", false, text())
        .parameter("query", "archived", false, value!({ "type": "integer", "enum": [0, 1] }))
        .parameter("query", "after", false, text())
        .number("limit")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(403, "not_allowed")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    app_path().and(warp::path("rooms")).and(asked(service, auth)).then(rooms).boxed()
}

async fn rooms(
    app: AppId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let known = ["q", "status", "kind", "owner", "archived", "after", "limit", "min_seq"];
    let query = Query::parse(&raw, &known)?;
    let answers = &service.config().answers;
    let name_part = query.decoded("q")?.map(|part| part.to_lowercase());
    if name_part.as_ref().is_some_and(|part| answers.search_bytes_max < part.len()) {
        let max = answers.search_bytes_max;
        return Err(invalid_query(format!("`q` has at most {max} bytes")));
    }
    let status = match query.text("status") {
        None | Some("") => None,
        Some(text) => {
            let status = RoomStatus::ALL.into_iter().find(|status| status.as_str() == text);
            Some(status.ok_or_else(|| invalid_query("`status` is no status of a room"))?)
        }
    };
    let kind = query.decoded("kind")?;
    let owner = query.id::<UserId>("owner")?;
    let archived = query.number("archived")?.unwrap_or_default();
    let archived = match archived {
        0 => false,
        1 => true,
        2.. => return Err(invalid_query("`archived` is 0 or 1")),
    };
    let is_own = identity.role == Role::Host && owner.as_ref() == Some(&identity.user);
    if archived && identity.role != Role::Admin && !is_own {
        return Err(not_allowed("only admins, and hosts of their own, may read archived rooms"));
    }
    let after = query.text("after").filter(|after| !after.is_empty()).map(place).transpose()?;
    let limit = query.count("limit", answers.page_items, 1..=answers.page_items_max)?;
    let log_seq = service.projected(&app, query.min_seq()?).await?;

    let filter = RoomFilter {
        owner: owner.as_ref(),
        kind: kind.as_deref(),
        status,
        archived: Some(archived),
        name_part: name_part.as_deref(),
        room_ids: identity.rooms.as_deref(),
    };
    let after = after.unwrap_or_else(RoomPlace::begin);
    let mut rooms = service.read_models().rooms(&app, &filter, &after, limit + 1).await?;
    let more = page::cut(&mut rooms, limit);
    let next = rooms.last().filter(|_| more).map(cursor);
    Ok(json(&Answer { rooms, next, log_seq }))
}

/// A text that needs no escape in an address, for a room id may need some.
fn cursor(room: &ListedRoom) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {}", room.created_at, room.room_id))
}

fn place(cursor: &str) -> Result<RoomPlace, Problem> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (created_at, room_id) = text.split_once(' ')?;
        let created_at = created_at.parse().ok()?;
        // Text without this byte is all that Postgres takes.
        let room_id = room_id.to_owned();
        (!room_id.contains('\0')).then_some(RoomPlace { created_at, room_id })
    };
    read().ok_or_else(|| invalid_query("`after` is no `next` of this list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_strictly() {
        let place_of = |text: &str| place(&URL_SAFE_NO_PAD.encode(text)).ok();
        let expected = RoomPlace { created_at: 5, room_id: "a room".to_owned() };
        assert_eq!(place_of("5 a room"), Some(expected));
        for text in ["", "5", "x a", "5 a\0b", "99999999999999999999 a"] {
            assert_eq!(place_of(text), None, "{text:?}");
        }
        assert!(place("no base64!").is_err());
    }
}
