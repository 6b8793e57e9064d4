//! `GET /v1/apps/{app}/rooms/{room_id}/members/{user_id}?min_seq=`: one person in a room, and what the
//! room knows of them. Unlike the list, in rooms of every size.

use domain::ids::{AppId, LogSeq, RoomId, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::http::{path_id, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::hub::Reader;
use crate::openapi::{HISTORY, question};
use crate::read_models::member_field::Values;
use crate::read_models::room_member::RoomMember;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::{Service, must_exist};

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    room_id: RoomId,
    user_id: UserId,
    /// Null if they are not in the room.
    member: Option<RoomMember>,
    /// Custom fields that the reader may read, also of somebody who is not in the room.
    fields: Values,
    /// All that happened up to this commit is in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/members/{user_id}", "One person in a room.")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(404, "room_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path()
        .and(warp::path("members"))
        .and(path_id::<UserId>())
        .and(asked(service, auth))
        .then(member)
        .boxed()
}

async fn member(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["min_seq"])?;
    let hub = service.hub_for(&identity, &room_id)?;
    let min_seq = query.min_seq()?;
    service.shown(&hub, min_seq).await?;
    must_exist(&hub, &room_id)?;
    let log_seq = service.projected(&app, min_seq).await?;

    let read_models = service.read_models();
    let mut member = read_models.member(&app, &room_id, &user_id).await?;
    hub.give_roles(&room_id, member.as_mut_slice());
    let mut known = read_models.member_fields(&app, &room_id, &[user_id.as_str()]).await?;
    let may_read = hub.readable_of_members(&room_id, &Reader::of(&identity));
    let mut fields = known.remove(user_id.as_str()).unwrap_or_default();
    fields.retain(|key, _| may_read.contains(key));
    Ok(json(&Answer { room_id, user_id, member, fields, log_seq }))
}
