//! What a stream says about itself, between the items: the same JSON on SSE and WebSocket.
//!
//! | frame | means |
//! |---|---|
//! | `{"type":"resumed","room_seq":n,"catalogue_version":v,"broadcast_seq":b}` | everything after `n` follows |
//! | `{"type":"too_old","room_seq":n,"missed":m}` | the `m` items after `n` do not come; a snapshot follows, and the feed has them page by page |
//! | `{"type":"snapshot","room_seq":n,"reason":..,"catalogue_version":v,"broadcast_seq":b,"online":{..},"room":{..}}` | the room at `n`; what follows begins after `n`. Replaces all that came before |
//! | `{"type":"gift_defined","app_seq":n,..,"data":{..}}` and the like | a notice to all rooms: [`domain::view::notice`] |
//! | `{"type":"online","connections":c,"users":u,"peak":p,"unique":n,"at":..}` | how many are in the room |
//! | `{"type":"notices_missed","count":n,"catalogue_version":v,"broadcast_seq":b}` | so many notices came too fast for this stream |
//! | `{"type":"token_expires","expires_at":t}` | on a WebSocket: send a `refresh` until then |
//! | `{"type":"bye","reason":..,"room_seq":n}` | the stream ends here; `n` is the id to resume from; with `until` if the reason is `banned`, with `retry_ms` if it is `shutdown`: come back after so long, on SSE also as `retry:` |

use domain::timestamp::Timestamp;

use crate::hub::RoomSnapshot;
use crate::hub::frame::Frame;
use crate::hub::notice::Versions;
use crate::hub::room::End;
use crate::presence::board::Online;

/// Why a stream begins, or goes on, with a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SnapshotReason {
    /// The client gave no id.
    Fresh,
    /// More items have been missed than are sent again.
    TooOld,
    /// The client knows more than this server; an id that was never given, or one that is ahead.
    Ahead,
    /// The items are no longer in memory and the history cannot be read now.
    HistoryUnavailable,
}

impl SnapshotReason {
    /// The label of the metric.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::TooOld => "too_old",
            Self::Ahead => "ahead",
            Self::HistoryUnavailable => "history_unavailable",
        }
    }
}

/// Why a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByeReason {
    /// The client reads more slowly than the room speaks.
    TooSlow,
    /// The token that opened the stream is no longer valid.
    TokenExpired,
    /// This process goes down.
    Shutdown,
    /// The log cannot be read any further.
    LogStopped,
    /// The app was disabled, has expired or was deleted: whoever comes back is told which.
    AppClosed,
    /// Somebody who runs the room has told the user to go; they may come again.
    Kicked,
    /// The user may not come again before this time, or ever.
    Banned { until: Option<Timestamp> },
    /// The user is no longer on the app's list of admins, as which the token made them.
    AdminNotListed,
    /// A replay has come to its end.
    End,
    /// A replay cannot be continued now: its history cannot be read.
    HistoryUnavailable,
}

impl From<End> for ByeReason {
    fn from(end: End) -> Self {
        match end {
            End::Shutdown => Self::Shutdown,
            End::LogStopped => Self::LogStopped,
            End::AppClosed => Self::AppClosed,
        }
    }
}

impl ByeReason {
    /// The label of the metric, and the reason of a WebSocket close.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TooSlow => "too_slow",
            Self::TokenExpired => "token_expired",
            Self::Shutdown => "shutdown",
            Self::LogStopped => "log_stopped",
            Self::AppClosed => "app_closed",
            Self::Kicked => "kicked",
            Self::Banned { .. } => "banned",
            Self::AdminNotListed => "admin_not_listed",
            Self::End => "end",
            Self::HistoryUnavailable => "history_unavailable",
        }
    }
}

/// Has no id: the client's own stands.
pub(crate) fn resumed(room_seq: u64, versions: Versions) -> Frame {
    let json = format!(r#"{{"type":"resumed","room_seq":{room_seq},{versions}}}"#);
    Frame::encode(None, &json)
}

/// How many are in the room. Has no id.
pub(crate) fn online(online: &Online, at: Timestamp) -> Frame {
    let (members, at) = (members_of(online), at.0);
    Frame::encode(None, &format!(r#"{{"type":"online",{members},"at":{at}}}"#))
}

/// As members of a JSON object.
fn members_of(online: &Online) -> String {
    let Online { connections, users, peak, unique } = online;
    format!(r#""connections":{connections},"users":{users},"peak":{peak},"unique":{unique}"#)
}

/// In place of notices that are gone.
pub(crate) fn notices_missed(count: u64, versions: Versions) -> Frame {
    let json = format!(r#"{{"type":"notices_missed","count":{count},{versions}}}"#);
    Frame::encode(None, &json)
}

/// Has no id: the snapshot that follows has one.
pub(crate) fn too_old(room_seq: u64, head: u64) -> Frame {
    let missed = head.saturating_sub(room_seq);
    Frame::encode(None, &format!(r#"{{"type":"too_old","room_seq":{room_seq},"missed":{missed}}}"#))
}

/// Has its `room_seq` as id: whoever loses the connection now resumes after the snapshot.
pub(crate) fn snapshot(snapshot: &RoomSnapshot, reason: SnapshotReason) -> Frame {
    let (room_seq, room) = (snapshot.room_seq, &snapshot.view);
    let reason = reason.as_str();
    let (versions, online) = (snapshot.versions, members_of(&snapshot.online));
    let json = format!(
        r#"{{"type":"snapshot","room_seq":{room_seq},"reason":"{reason}",{versions},"online":{{{online}}},"room":{room}}}"#
    );
    Frame::encode(Some(room_seq), &json)
}

/// The token that the stream has will not be good for long.
pub(crate) fn token_expires(expires_at: Timestamp) -> Frame {
    let json = format!(r#"{{"type":"token_expires","expires_at":{}}}"#, expires_at.0);
    Frame::encode(None, &json)
}

/// The last frame.
pub(crate) fn bye(reason: ByeReason, room_seq: u64, retry_ms: Option<u64>) -> Frame {
    let mut more = match reason {
        ByeReason::Banned { until: Some(Timestamp(until)) } => format!(r#","until":{until}"#),
        ByeReason::Banned { until: None } => r#","until":null"#.to_owned(),
        ByeReason::TooSlow
        | ByeReason::TokenExpired
        | ByeReason::Shutdown
        | ByeReason::LogStopped
        | ByeReason::AppClosed
        | ByeReason::Kicked
        | ByeReason::AdminNotListed
        | ByeReason::End
        | ByeReason::HistoryUnavailable => String::new(),
    };
    let mut fields = String::new();
    if let Some(retry_ms) = retry_ms {
        more = format!(r#"{more},"retry_ms":{retry_ms}"#);
        fields = format!("retry: {retry_ms}\n");
    }
    let reason = reason.as_str();
    let json = format!(r#"{{"type":"bye","reason":"{reason}","room_seq":{room_seq}{more}}}"#);
    Frame::encode_with(&fields, &json)
}
