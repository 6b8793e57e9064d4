//! Every way a command can fail, as the caller sees it. This file is the whole mapping; each code
//! has a section in `docs/problems.md`.

#![deny(clippy::wildcard_enum_match_arm)]

use domain::rejection::Rejection;
use service_kit::problem::Problem;
use warp::http::StatusCode;

use crate::gateway::submit::SubmitError;
use crate::sequencer::answer::Answer;
use crate::sequencer::limiter::{Shed, ShedReason};

/// A rule said no: 403 for who, 404 for what is not there, 409 for what the state does not allow now,
/// 422 for a value that is never allowed.
#[expect(clippy::too_many_lines, reason = "one arm for each refusal")]
pub fn refused(rejection: &Rejection) -> Problem {
    let (status, title) = match rejection {
        Rejection::NotAllowed { .. } => (StatusCode::FORBIDDEN, "Not allowed"),
        Rejection::Muted { .. } => (StatusCode::FORBIDDEN, "Muted"),
        Rejection::Banned { .. } => (StatusCode::FORBIDDEN, "Banned"),
        Rejection::AllMuted => (StatusCode::FORBIDDEN, "Everybody is muted"),
        Rejection::SlowMode { .. } => (StatusCode::TOO_MANY_REQUESTS, "Slow mode"),
        Rejection::OwnerImmune { .. } => (StatusCode::FORBIDDEN, "The owner is immune"),
        Rejection::RoomNotFound { .. } => (StatusCode::NOT_FOUND, "No such room"),
        Rejection::FieldNotFound { .. } => (StatusCode::NOT_FOUND, "No such field"),
        Rejection::FieldNotForKind { .. } => (StatusCode::CONFLICT, "Not a field of such rooms"),
        Rejection::FieldTaken { .. } => (StatusCode::CONFLICT, "Field taken"),
        Rejection::TooManyFields { .. } => (StatusCode::CONFLICT, "Too many fields"),
        Rejection::VersionConflict { .. } => (StatusCode::CONFLICT, "Version conflict"),
        Rejection::TooManyCounters { .. } => (StatusCode::CONFLICT, "Too many counters"),
        Rejection::CounterOutOfRange { .. } => (StatusCode::CONFLICT, "Counter out of range"),
        Rejection::GiftNotFound { .. } => (StatusCode::NOT_FOUND, "No such gift"),
        Rejection::ReadModelsBehind => (StatusCode::SERVICE_UNAVAILABLE, "Read models behind"),
        Rejection::ProductNotFound { .. } => (StatusCode::NOT_FOUND, "No such product"),
        Rejection::SentGiftNotFound { .. } => (StatusCode::NOT_FOUND, "No such gift there"),
        Rejection::RoomIdTaken { .. } => (StatusCode::CONFLICT, "Room id taken"),
        Rejection::OwnerNotRegistered { .. } => (StatusCode::CONFLICT, "Owner not registered"),
        Rejection::IllegalTransition { .. } => (StatusCode::CONFLICT, "Illegal transition"),
        Rejection::MessageNotFound { .. } => (StatusCode::NOT_FOUND, "No such message"),
        Rejection::RecallTooLate { .. } => (StatusCode::CONFLICT, "Recall too late"),
        Rejection::TooManyPins { .. } => (StatusCode::CONFLICT, "Too many pins"),
        Rejection::RoomArchived => (StatusCode::CONFLICT, "Room archived"),
        Rejection::RoomStillOpen { .. } => (StatusCode::CONFLICT, "Room still open"),
        Rejection::RoomClosed { .. } => (StatusCode::CONFLICT, "Room closed"),
        Rejection::CatalogueChanged { .. } => (StatusCode::CONFLICT, "Catalogue changed"),
        Rejection::PriceChanged { .. } => (StatusCode::CONFLICT, "Price changed"),
        Rejection::ShelfOrderIncomplete { .. } => (StatusCode::CONFLICT, "Order incomplete"),
        Rejection::TooManyRooms { .. } => (StatusCode::CONFLICT, "Too many rooms"),
        Rejection::TooManyMutes { .. } => (StatusCode::CONFLICT, "Too many mutes"),
        Rejection::TooManyBans { .. } => (StatusCode::CONFLICT, "Too many bans"),
        Rejection::TooManyAllowed { .. } => (StatusCode::CONFLICT, "Too many allowed"),
        Rejection::TooManyAssistants { .. } => (StatusCode::CONFLICT, "Too many assistants"),
        Rejection::TooManyGifts { .. } => (StatusCode::CONFLICT, "Too many gifts"),
        Rejection::TooManyProducts { .. } => (StatusCode::CONFLICT, "Too many products"),
        Rejection::TooManyWordLists { .. } => (StatusCode::CONFLICT, "Too many word lists"),
        Rejection::TextRefused { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Text refused"),
        Rejection::DeclinedByMerchant { .. } => (StatusCode::FORBIDDEN, "Declined by the merchant"),
        Rejection::TextEmpty { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Text empty"),
        Rejection::TextTooLong { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Text too long"),
        Rejection::TextUnstorable { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Text unstorable"),
        Rejection::OutOfRange { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Out of range"),
        Rejection::AppNotFound { .. } => (StatusCode::NOT_FOUND, "No such app"),
        Rejection::AppDeleted { .. } => (StatusCode::GONE, "App deleted"),
        Rejection::AppIdTaken { .. } => (StatusCode::CONFLICT, "App id taken"),
        Rejection::SdkAppIdTaken { .. } => (StatusCode::CONFLICT, "SDK app id taken"),
        Rejection::TooManyApps { .. } => (StatusCode::CONFLICT, "Too many apps"),
        Rejection::AppNameMismatch { .. } => (StatusCode::CONFLICT, "App has another name"),
        Rejection::KeyIdTwice { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Key id twice"),
        Rejection::TooManyAdmins { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Too many admins"),
        Rejection::AdminNotListed { .. } => (StatusCode::FORBIDDEN, "Not on the list of admins"),
        Rejection::ThresholdsNotRising => {
            (StatusCode::UNPROCESSABLE_ENTITY, "Thresholds not rising")
        }
        Rejection::MultipliersNotRising => {
            (StatusCode::UNPROCESSABLE_ENTITY, "Multipliers not rising")
        }
        Rejection::SourceRepeated { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Source repeated"),
    };
    let problem = Problem::new(status, rejection.code(), title).detail(rejection.to_string());
    match rejection {
        Rejection::Muted { until } | Rejection::Banned { until } => problem.with("until", until),
        Rejection::SlowMode { seconds_left } => {
            problem.with("seconds_left", seconds_left).retry_after_s(*seconds_left)
        }
        Rejection::ReadModelsBehind => problem.retry_after_s(1),
        Rejection::RecallTooLate { window_s } => problem.with("window_s", window_s),
        Rejection::PriceChanged { price, .. } => problem.with("unit_price", price),
        Rejection::CatalogueChanged { price, catalogue_version } => {
            problem.with("unit_price", price).with("catalogue_version", catalogue_version)
        }
        Rejection::FieldNotForKind { kind, .. } => problem.with("kind", kind),
        Rejection::FieldTaken { scope, .. } => problem.with("scope", scope),
        Rejection::VersionConflict { key, version, value } => {
            problem.with("key", key).with("version", version).with("value", value)
        }
        Rejection::CounterOutOfRange { value, .. } => problem.with("value", value),
        Rejection::OutOfRange { min, max, .. } => problem.with("min", min).with("max", max),
        Rejection::TextTooLong { bytes_max, .. } => problem.with("bytes_max", bytes_max),
        Rejection::TooManyRooms { max }
        | Rejection::TooManyMutes { max }
        | Rejection::TooManyPins { max }
        | Rejection::TooManyBans { max }
        | Rejection::TooManyAssistants { max }
        | Rejection::TooManyAllowed { max }
        | Rejection::TooManyFields { max, .. }
        | Rejection::TooManyCounters { max }
        | Rejection::TooManyGifts { max }
        | Rejection::TooManyApps { max }
        | Rejection::TooManyAdmins { max }
        | Rejection::TooManyProducts { max }
        | Rejection::TooManyWordLists { max } => problem.with("max", max),
        Rejection::TextRefused { field } => problem.with("field", field),
        Rejection::DeclinedByMerchant { code, reason } => {
            problem.with("code", code).with("reason", reason)
        }
        Rejection::NotAllowed { .. }
        | Rejection::OwnerImmune { .. }
        | Rejection::AllMuted
        | Rejection::RoomNotFound { .. }
        | Rejection::MessageNotFound { .. }
        | Rejection::RoomArchived
        | Rejection::RoomStillOpen { .. }
        | Rejection::FieldNotFound { .. }
        | Rejection::GiftNotFound { .. }
        | Rejection::ProductNotFound { .. }
        | Rejection::SentGiftNotFound { .. }
        | Rejection::RoomIdTaken { .. }
        | Rejection::OwnerNotRegistered { .. }
        | Rejection::IllegalTransition { .. }
        | Rejection::RoomClosed { .. }
        | Rejection::ShelfOrderIncomplete { .. }
        | Rejection::TextEmpty { .. }
        | Rejection::TextUnstorable { .. }
        | Rejection::MultipliersNotRising
        | Rejection::SourceRepeated { .. }
        | Rejection::AppNotFound { .. }
        | Rejection::AppDeleted { .. }
        | Rejection::AppIdTaken { .. }
        | Rejection::SdkAppIdTaken { .. }
        | Rejection::AppNameMismatch { .. }
        | Rejection::KeyIdTwice { .. }
        | Rejection::AdminNotListed { .. }
        | Rejection::ThresholdsNotRising => problem,
    }
}

/// A shared secret cannot be derived from nothing.
pub fn no_installation_secret() -> Problem {
    Problem::new(StatusCode::CONFLICT, "no_installation_secret", "No installation secret")
        .detail("`registry.secret` is not set, so that there can be no HS256 keys")
}

/// The command is done, what it made is not known here yet.
pub fn registry_behind() -> Problem {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new(status, "registry_behind", "Registry not read back yet").retry_after_s(1)
}

/// The ledger could not let the command through.
pub fn unanswered(answer: &Answer) -> Problem {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    match answer {
        Answer::IdTooOld { window_s } => Problem::new(
            status,
            "idempotency_key_too_old",
            "Idempotency-Key too old",
        )
        .detail(
            "what became of a command of this age is no longer known; look before sending it again",
        )
        .with("window_s", window_s),
        Answer::IdAhead { ahead_s } => {
            Problem::new(status, "idempotency_key_ahead", "Idempotency-Key ahead of the clock")
                .detail("the time in the key lies in the future; is the sender's clock right?")
                .with("ahead_s", ahead_s)
        }
        Answer::IdReused => {
            Problem::new(status, "idempotency_key_reused", "Idempotency-Key reused")
                .detail("another user has sent a command with this key")
        }
        Answer::Settled(_) | Answer::Shed(_) | Answer::Undecided(_) => Problem::internal(),
    }
}

/// Too much is sent: nothing was recorded, and the same request may be sent again.
pub fn shed(shed: &Shed) -> Problem {
    let detail = match shed.reason {
        ShedReason::RoomRate => "more is sent to the room than it takes in a second",
        ShedReason::UserMessages => "you have sent as many messages as one user may in a while",
        ShedReason::UserLikes => "you have sent as many likes as one user may in a while",
        ShedReason::Broadcasts => "all rooms have been told enough in this second",
    };
    let seconds = u32::try_from(shed.retry_after_ms.div_ceil(1_000)).unwrap_or(u32::MAX);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "shed", "Left out")
        .detail(detail)
        .with("class", shed.class)
        .with("reason", shed.reason)
        .retry_after_s(seconds)
}

/// No answer: the same request, with the same key, may be sent again.
pub fn not_submitted(error: SubmitError) -> Problem {
    match error {
        SubmitError::Overloaded => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Overloaded")
                .detail("too many commands wait; nothing was done")
                .retry_after_s(1)
        }
        SubmitError::Unavailable => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "log_unavailable", "Log unavailable")
                .detail("whether the command was executed is not known; the same key asks again")
                .retry_after_s(2)
        }
        SubmitError::NotAsked => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Problem::new(status, "merchant_unavailable", "Merchant's server unavailable")
                .detail(
                    "the merchant's server, which must be asked, does not answer; nothing was done",
                )
                .retry_after_s(2)
        }
        SubmitError::TooLarge => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large_to_forward", "Too large")
                .detail("split the batch")
        }
    }
}

/// The header that makes a command idempotent is missing.
pub fn key_missing() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_missing", "Idempotency-Key missing")
        .detail(
            "send a UUIDv7 made for this command; the same again repeats the answer, not the act",
        )
}

/// The header is not a `UUIDv7`.
pub fn key_invalid() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_invalid", "Idempotency-Key invalid")
        .detail("the key is not a UUIDv7 in its hyphenated form")
}

/// Acting in somebody's name without being an admin, or in a name that is not a user id.
pub fn on_behalf_of_refused() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "on_behalf_of_refused", "Not in this name")
        .detail("only an admin acts in another user's name, and that name is a user id")
}
