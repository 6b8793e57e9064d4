//! `GET /v1/apps/{app}/rooms/{room_id}/members?after=&limit=&min_seq=`: who is in a room, by id,
//! with what the room knows of them.
//!
//! Of small rooms only: a list of more than `query.answers.members_max` people is out of date before
//! it is read, and `online` says how many they are. `next` is the `after` of the next page, or null.

use domain::ids::{AppId, LogSeq, RoomId, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json as value;
use service_kit::auth::{Auth, Identity};
use service_kit::http::room_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::hub::Reader;
use crate::openapi::{HISTORY, question};
use crate::problems::too_many_members;
use crate::read_models::member_field::Values;
use crate::read_models::room_member::RoomMember;
use crate::routes::page;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::{Service, must_exist};

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    room_id: RoomId,
    members: Vec<Listed>,
    next: Option<String>,
    /// All who came and went up to this commit are in it.
    log_seq: LogSeq,
}

/// One of them.
#[derive(Debug, Serialize, JsonSchema)]
struct Listed {
    #[serde(flatten)]
    member: RoomMember,
    /// Custom fields that the reader may read.
    fields: Values,
}

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/members", "Who is in a room.")
        .parameter("query", "after", false, value!({ "type": "string" }))
        .number("limit")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(404, "room_not_found"), (409, "too_many_members")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path().and(warp::path("members")).and(asked(service, auth)).then(members).boxed()
}

async fn members(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["after", "limit", "min_seq"])?;
    let after = query.id::<UserId>("after")?;
    let answers = &service.config().answers;
    let limit = query.count("limit", answers.page_items, 1..=answers.page_items_max)?;
    let hub = service.hub_for(&identity, &room_id)?;
    let min_seq = query.min_seq()?;
    service.shown(&hub, min_seq).await?;
    must_exist(&hub, &room_id)?;
    let log_seq = service.projected(&app, min_seq).await?;

    let max = answers.members_max;
    let read_models = service.read_models();
    if u64::from(max) < read_models.member_count(&app, &room_id, max).await? {
        return Err(too_many_members(max));
    }
    let mut members = read_models.members(&app, &room_id, after.as_ref(), limit + 1).await?;
    let more = page::cut(&mut members, limit);
    hub.give_roles(&room_id, &mut members);
    let users: Vec<&str> = members.iter().map(|member| member.user_id.as_str()).collect();
    let mut known = read_models.member_fields(&app, &room_id, &users).await?;
    let may_read = hub.readable_of_members(&room_id, &Reader::of(&identity));
    let listed = members.into_iter().map(|member| {
        let mut fields = known.remove(&member.user_id).unwrap_or_default();
        fields.retain(|key, _| may_read.contains(key));
        Listed { member, fields }
    });
    let members: Vec<Listed> = listed.collect();
    let next = members.last().filter(|_| more).map(|last| last.member.user_id.clone());
    Ok(json(&Answer { room_id, members, next, log_seq }))
}
