//! `GET /v1/apps/{app}/rooms/{room_id}/members?after=&limit=&min_seq=`: who is in a room, by id.
//!
//! Of small rooms only: a list of more than `query.answers.members_max` people is out of date before
//! it is read, and `online` says how many they are. `next` is the `after` of the next page, or null.

use domain::ids::{AppId, LogSeq, RoomId, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json as value;
use service_kit::auth::{Auth, Identity};
use service_kit::http::{get, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::{HISTORY, question};
use crate::problems::too_many_members;
use crate::read_models::room_member::RoomMember;
use crate::routes::page;
use crate::routes::query::{self, Query};
use crate::routes::{json, with};
use crate::service::{Service, must_exist};

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    room_id: RoomId,
    members: Vec<RoomMember>,
    next: Option<String>,
    /// All who came and went up to this commit are in it.
    log_seq: LogSeq,
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
    room_path()
        .and(warp::path("members"))
        .and(warp::path::end())
        .and(get())
        .and(auth.identity())
        .and(query::raw())
        .and(with(service))
        .then(members)
        .boxed()
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
    // A role is given and taken while somebody is there.
    hub.look(|state| {
        let Some(room) = state.rooms.get(&room_id) else { return };
        for member in &mut members {
            let is_assistant = room.assistants.iter().any(|user| user.as_str() == member.user_id);
            if room.owner.as_str() == member.user_id {
                "host".clone_into(&mut member.role);
            } else if is_assistant {
                "assistant".clone_into(&mut member.role);
            } else if member.role == "host" {
                // Of other rooms.
                "viewer".clone_into(&mut member.role);
            }
        }
    });
    let next = members.last().filter(|_| more).map(|member| member.user_id.clone());
    Ok(json(&Answer { room_id, members, next, log_seq }))
}
