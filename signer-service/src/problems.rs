//! What this service refuses, as the caller sees it.

use service_kit::error_chain::ErrorChain;
use service_kit::problem::Problem;
use warp::http::StatusCode;

use crate::owners::Unavailable;

/// The app has no domains and keys.
pub(crate) fn streams_not_configured() -> Problem {
    let title = "No streams for this app";
    Problem::new(StatusCode::NOT_FOUND, "streams_not_configured", title)
}

/// Not the name of a transcoding template.
pub(crate) fn invalid_template() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_query", "Query unreadable")
        .detail("`template` has 1 to 32 letters and digits")
}

/// The scheme has no push URLs.
pub(crate) fn nothing_to_push_to() -> Problem {
    streams_not_configured().detail("the scheme of this app is for playing only")
}

/// Somebody else's room, or somebody who does not push.
pub(crate) fn not_allowed() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "not_allowed", "Not allowed")
        .detail("only the host who owns the room, or an admin, pushes its stream")
}

/// There is no such room.
pub(crate) fn room_not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "room_not_found", "No such room")
}

impl From<Unavailable> for Problem {
    fn from(error: Unavailable) -> Self {
        if let Unavailable::Refused = error {
            return not_allowed();
        }
        tracing::error!(error = %ErrorChain(&error), "room owner unknown");
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "owner_unavailable", "Room owner unknown").retry_after_s(1)
    }
}
