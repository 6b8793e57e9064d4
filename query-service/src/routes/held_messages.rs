//! `GET /v1/apps/{app}/rooms/{room_id}/held-messages?min_seq=`: the messages that wait until somebody has
//! looked, oldest first, from memory.
//!
//! For those who run the room. There are few: `command.limits.held_per_room_max`.

use domain::field::Clearance;
use domain::ids::{AppId, LogSeq, RoomId, UserId};
use domain::room::hold_message::{HELD_FOR_S, HeldMessage};
use domain::room::said::Besides;
use domain::timestamp::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::clock;
use service_kit::http::room_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::hub::Reader;
use crate::openapi::question;
use crate::problems::not_allowed;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::{Service, must_exist};

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    held: Vec<Held>,
    log_seq: LogSeq,
}

/// One message.
#[derive(Debug, Serialize, JsonSchema)]
struct Held {
    /// What a review names.
    room_seq: u64,
    user_id: UserId,
    nick: String,
    avatar: Option<String>,
    level: Option<u32>,
    at: Timestamp,
    /// From then on nobody can let it through.
    waits_until: Timestamp,
    /// Of a custom message, its `data`.
    text: String,
    reply_to: Option<u64>,
    /// What else it has, if it is no chat message.
    besides: Option<Besides>,
}

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/held-messages", "The messages that wait until somebody has looked.")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(&[(403, "not_allowed"), (404, "room_not_found"), (412, "not_yet")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path()
        .and(warp::path("held-messages"))
        .and(asked(service, auth))
        .then(held_messages)
        .boxed()
}

async fn held_messages(
    _app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["min_seq"])?;
    let hub = &service.hub_for(&identity, &room_id)?;
    service.shown(hub, query.min_seq()?).await?;
    must_exist(hub, &room_id)?;
    if hub.clearance(&room_id, &Reader::of(&identity)) < Clearance::Assistant {
        return Err(not_allowed("only those who run the room may read this"));
    }
    let now = clock::now();
    let held = hub.look(|app| {
        let room = app.rooms.get(&room_id);
        let all = room.into_iter().flat_map(|room| &room.held);
        let waiting = all.filter(|(_, held)| held.waits(now));
        waiting.map(|(room_seq, held)| shown(*room_seq, held)).collect()
    });
    Ok(json(&Answer { held, log_seq: hub.log_seq() }))
}

fn shown(room_seq: u64, held: &HeldMessage) -> Held {
    let actor = &held.actor;
    Held {
        room_seq,
        user_id: actor.user.clone(),
        nick: actor.nick.to_string(),
        avatar: actor.avatar.as_deref().map(str::to_owned),
        level: actor.level,
        at: held.at,
        waits_until: held.at.plus_seconds(HELD_FOR_S),
        text: held.text.to_string(),
        reply_to: held.reply_to,
        besides: held.besides.clone(),
    }
}
