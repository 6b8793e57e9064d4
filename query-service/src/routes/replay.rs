//! `GET /v1/apps/{app}/rooms/{room_id}/replay?from_seq=&speed=&last_event_id=`: a past show of the
//! room with its own timing, as server-sent events.

use domain::ids::{AppId, RoomId};
use serde_json::json;
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
use crate::problems::{invalid_query, room_not_found, too_many_replays};
use crate::replay::timing::{OWN_SPEED, Timing, parse_speed};
use crate::replay::{Opening, Replay};
use crate::routes::asked;
use crate::routes::query::{self, LastEventId, Query};
use crate::service::Service;
use crate::stream::sse;

/// Slower than this is no replay any more, in thousandths.
const SPEED_MIN: u64 = OWN_SPEED / 10;

pub(super) fn operation() -> Operation {
    common("/rooms/{room_id}/replay", "A past show of the room, with its own timing.")
        .parameter("header", "Last-Event-ID", false, json!({ "type": "string" }))
        .answer_of(200, "text/event-stream", None)
}

/// What both transports take and answer.
pub(super) fn common(path: &str, summary: &'static str) -> Operation {
    question(path, summary)
        .number("from_seq")
        .parameter("query", "speed", false, json!({ "type": "number", "default": 1 }))
        .number("last_event_id")
        .problems(&[
            (400, "invalid_last_event_id"),
            (404, "room_not_found"),
            (503, "too_many_replays"),
            (503, "shutting_down"),
        ])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path()
        .and(warp::path("replay"))
        .and(asked(service, auth))
        .and(query::last_event_id_header())
        .then(replay)
        .boxed()
}

async fn replay(
    _app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
    header: LastEventId,
) -> Result<Response, Problem> {
    let replay = open(&service, &identity, room_id, &raw, header?.as_deref())?;
    Ok(sse::response(&service, replay))
}

/// Opens what the request asks for.
pub(super) fn open(
    service: &Service,
    identity: &Identity,
    room_id: RoomId,
    raw: &str,
    header: Option<&str>,
) -> Result<Replay, Problem> {
    let query = Query::parse(raw, &["from_seq", "speed", "last_event_id"])?;
    let last_id = query::last_event_id(header, query.text("last_event_id"))?;
    let from_seq = query.number("from_seq")?.unwrap_or(1);
    let config = service.config().replay;
    let speed = query.text("speed").map_or(Some(OWN_SPEED), parse_speed);
    let speed_max = u64::from(config.speed_max) * OWN_SPEED;
    let speed = speed.filter(|speed| (SPEED_MIN..=speed_max).contains(speed));
    let speed = speed.ok_or_else(|| {
        invalid_query(format!("`speed` is from 0.1 to {}, with three decimals", config.speed_max))
    })?;
    let expires_at = identity.streams_until(clock::now())?;
    let hub = service.hub_for(identity, &room_id)?;
    // A client that comes back goes on where it was.
    let after = last_id.unwrap_or_else(|| from_seq.saturating_sub(1));
    let head = hub.head(&room_id).ok_or_else(room_not_found)?;
    if head < after {
        return Err(invalid_query(format!("the room has only come to {head}")));
    }
    let taken = service.replays().take(&identity.app).ok_or_else(too_many_replays)?;
    let opening = Opening {
        hub,
        history: service.history().clone(),
        room_id,
        reader: Reader::of(identity),
        after,
        timing: Timing::new(speed, config.gap_max_ms),
        expires_at,
        taken,
        stay: service.drain().stay()?,
    };
    Replay::open(opening).ok_or_else(room_not_found)
}
