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

/// The token says admin, and the app's list does not.
pub(crate) fn admin_not_listed() -> Problem {
    let title = "Not on the list of admins";
    Problem::new(StatusCode::FORBIDDEN, "admin_not_listed", title)
        .detail("the app has a list of admins, and you are not on it")
}

/// The user is banned from the room, until then or for ever.
pub(crate) fn banned(until: Option<Timestamp>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "banned", "Banned")
        .detail("you are banned from this room")
        .with("until", until)
}

/// A list of them would be out of date before it is read.
pub(crate) fn too_many_members(members_max: u32) -> Problem {
    Problem::new(StatusCode::CONFLICT, "too_many_members", "Too many members")
        .detail("members are listed in small rooms only; `online` says how many there are")
        .with("members_max", members_max)
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

/// A frame of a WebSocket that is neither a command nor a refresh.
pub(crate) fn invalid_frame(detail: &'static str) -> Problem {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "invalid_frame", "Frame does not fit").detail(detail)
}

/// More commands than may wait for their answers.
pub(crate) fn too_many_in_flight(max: usize) -> Problem {
    let status = StatusCode::TOO_MANY_REQUESTS;
    Problem::new(status, "too_many_in_flight", "Too many commands wait")
        .with("limit", max)
        .retry_after_s(1)
}

/// A browser sends a cookie along without being asked, also from a page of somebody else's.
pub(crate) fn cookie_reads_only() -> Problem {
    not_allowed("a connection with a cookie only reads; refresh it with a token first")
}

/// No command-service has answered.
pub(crate) fn no_answer(is_certain: bool) -> Problem {
    let detail = if is_certain {
        "no command-service is there; nothing was done"
    } else {
        "whether the command was executed is not known; the same id asks again"
    };
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new(status, "log_unavailable", "Log unavailable").detail(detail).retry_after_s(2)
}

/// The app has as many replays as it may.
pub(crate) fn too_many_replays() -> Problem {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new(status, "too_many_replays", "Too many replays").retry_after_s(10)
}

/// The request does not ask for a WebSocket.
pub(crate) fn upgrade_required() -> Problem {
    Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", "WebSocket required")
        .detail("this address speaks WebSocket, version 13, over HTTP/1.1")
        .header(UPGRADE, HeaderValue::from_static("websocket"))
        .header(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
}
