//! Every refusal of this service. Each code has a section in `docs/problems.md`.

use domain::ids::LogSeq;
use domain::timestamp::Timestamp;
use service_kit::problem::Problem;
use warp::http::StatusCode;
use warp::http::header::{HeaderValue, SEC_WEBSOCKET_VERSION, UPGRADE};

use crate::read_models::Unavailable;

/// The room does not exist, or not yet here: `?min_seq=` waits for it.
pub(crate) fn room_not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "room_not_found", "No such room")
}

/// The token does not allow it.
pub(crate) fn not_allowed(detail: &'static str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "not_allowed", "Not allowed").detail(detail)
}

/// The user is banned from the room, until then or for ever.
pub(crate) fn banned(until: Option<Timestamp>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "banned", "Banned")
        .detail("you are banned from this room")
        .with("until", until)
}

/// Nobody of that name has registered or earned anything.
pub(crate) fn user_not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "user_not_found", "No such user")
}

/// A parameter that is not known, not a number, out of range, or given twice.
pub(crate) fn invalid_query(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_query", "Query unreadable").detail(detail)
}

/// Not a `room_seq`.
pub(crate) fn invalid_last_event_id() -> Problem {
    let status = StatusCode::BAD_REQUEST;
    Problem::new(status, "invalid_last_event_id", "Last event id unreadable")
        .detail("the id to resume from is the `room_seq` of an item, a whole number")
}

/// The caller's own write is not in the answer yet.
pub(crate) fn not_yet(wanted: LogSeq, reached: LogSeq) -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "not_yet", "Not yet")
        .detail("the answer does not include `min_seq` yet")
        .with("min_seq", wanted)
        .with("log_seq", reached)
        .retry_after_s(1)
}

/// The live part of the service goes on without the history.
impl From<Unavailable> for Problem {
    fn from(Unavailable: Unavailable) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "history_unavailable", "History unavailable").retry_after_s(2)
    }
}

/// The app's log has not been read to its end yet, or cannot be.
pub(crate) fn not_ready() -> Problem {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new(status, "catching_up", "Catching up").retry_after_s(1)
}

/// A stream that would have to end again at once.
pub(crate) fn shutting_down(after_s: u32) -> Problem {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new(status, "shutting_down", "Shutting down").retry_after_s(after_s)
}

/// The request does not ask for a WebSocket.
pub(crate) fn upgrade_required() -> Problem {
    Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", "WebSocket required")
        .detail("this address speaks WebSocket, version 13, over HTTP/1.1")
        .header(UPGRADE, HeaderValue::from_static("websocket"))
        .header(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
}
