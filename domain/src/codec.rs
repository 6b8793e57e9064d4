//! Commits as JSON, for ever: the shapes here are on disk.
//!
//! An event is `{room, room_seq, id, cmd, type, v, at, actor, data}`, or with `app_seq` in place of
//! the first two. What cannot be read stops the reader with an error that names it; nothing is
//! skipped. Old versions are lifted to the present one in `decode_data`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::actor::Actor;
use crate::app::set_level_rule::LevelRuleSet;
use crate::commit::{Commit, Settled};
use crate::commit_writer::CommitWriter;
use crate::event::{Event, EventData, EventId, Scope};
use crate::ids::{CommandId, RoomId};
use crate::level::recorded::LevelRuleSetV1;
use crate::timestamp::Timestamp;

/// Why stored bytes cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not the JSON of a commit.
    #[error("the commit is not readable")]
    Malformed(#[source] serde_json::Error),
    /// An event written by a later program.
    #[error("event `{id}` has type `{kind}` version {version}, which this program does not know")]
    UnknownEvent {
        /// Which event.
        id: String,
        /// Its type.
        kind: String,
        /// Its version.
        version: u8,
    },
    /// The data does not fit its type.
    #[error("the data of event `{id}` does not fit its type `{kind}`")]
    MalformedData {
        /// Which event.
        id: String,
        /// Its type.
        kind: String,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// Not `<command id>.<index>`.
    #[error("`{id}` is not an event id")]
    MalformedEventId {
        /// As found.
        id: String,
    },
    /// Neither in a room nor in the app, or in both.
    #[error("event `{id}` has no place: it needs `room` and `room_seq`, or `app_seq`")]
    Misplaced {
        /// Which event.
        id: String,
    },
}

#[derive(Serialize)]
struct WireEvent<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<&'a RoomId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_seq: Option<u64>,
    id: EventId,
    cmd: CommandId,
    #[serde(rename = "type")]
    kind: &'static str,
    v: u8,
    at: Timestamp,
    actor: &'a Actor,
    data: &'a EventData,
}

impl Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (room, room_seq, app_seq) = match &self.scope {
            Scope::Room { room_id, room_seq } => (Some(room_id), Some(*room_seq), None),
            Scope::App { app_seq } => (None, None, Some(*app_seq)),
        };
        WireEvent {
            room,
            room_seq,
            app_seq,
            id: self.id,
            cmd: self.id.command,
            kind: self.data.type_name(),
            v: self.data.version(),
            at: self.at,
            actor: &self.actor,
            data: &self.data,
        }
        .serialize(serializer)
    }
}

/// The bytes of a commit.
pub fn encode(commit: &Commit) -> Vec<u8> {
    let mut writer = CommitWriter::new(commit.id, commit.epoch, commit.at);
    commit.events.iter().for_each(|event| writer.event(event));
    commit.settled.iter().for_each(|settled| writer.settled(settled));
    writer.finish()
}

#[derive(Deserialize)]
struct StoredCommit<'a> {
    commit: CommandId,
    epoch: u64,
    at: Timestamp,
    #[serde(borrow)]
    events: Vec<StoredEvent<'a>>,
    #[serde(default)]
    settled: Vec<Settled>,
}

#[derive(Deserialize)]
struct StoredEvent<'a> {
    room: Option<RoomId>,
    room_seq: Option<u64>,
    app_seq: Option<u64>,
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    v: u8,
    at: Timestamp,
    actor: Actor,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reads a commit.
pub fn decode(bytes: &[u8]) -> Result<Commit, DecodeError> {
    let stored: StoredCommit<'_> = serde_json::from_slice(bytes).map_err(DecodeError::Malformed)?;
    let events = stored.events.into_iter().map(decode_event).collect::<Result<_, _>>()?;
    Ok(Commit {
        id: stored.commit,
        epoch: stored.epoch,
        at: stored.at,
        events,
        settled: stored.settled,
    })
}

/// Whether events of this type can be read. Every type began with version 1, and old versions stay
/// readable.
pub fn is_event_type(kind: &str) -> bool {
    !matches!(decode_data("", kind, 1, "null"), Err(DecodeError::UnknownEvent { .. }))
}

/// Reads one event.
pub fn decode_one_event(json: &str) -> Result<Event, DecodeError> {
    decode_event(serde_json::from_str(json).map_err(DecodeError::Malformed)?)
}

fn decode_event(stored: StoredEvent<'_>) -> Result<Event, DecodeError> {
    let id: EventId = stored.id.parse()?;
    let scope = match (stored.room, stored.room_seq, stored.app_seq) {
        (Some(room_id), Some(room_seq), None) => Scope::Room { room_id, room_seq },
        (None, None, Some(app_seq)) => Scope::App { app_seq },
        (_, _, _) => return Err(DecodeError::Misplaced { id: stored.id.to_owned() }),
    };
    let data = decode_data(stored.id, stored.kind, stored.v, stored.data.get())?;
    Ok(Event { scope, id, at: stored.at, actor: stored.actor, data })
}

#[expect(clippy::too_many_lines, reason = "one arm for each event")]
fn decode_data(id: &str, kind: &str, version: u8, json: &str) -> Result<EventData, DecodeError> {
    fn as_type<T: DeserializeOwned>(id: &str, kind: &str, json: &str) -> Result<T, DecodeError> {
        serde_json::from_str(json).map_err(|source| DecodeError::MalformedData {
            id: id.to_owned(),
            kind: kind.to_owned(),
            source,
        })
    }
    Ok(match (kind, version) {
        ("epoch_started", 1) => EventData::EpochStarted(as_type(id, kind, json)?),
        ("user_registered", 1) => EventData::UserRegistered(as_type(id, kind, json)?),
        ("gift_defined", 1) => EventData::GiftDefined(as_type(id, kind, json)?),
        ("level_rule_set", 1) => {
            let first: LevelRuleSetV1 = as_type(id, kind, json)?;
            EventData::LevelRuleSet(LevelRuleSet { rule: first.lift() })
        }
        ("level_rule_set", 2) => EventData::LevelRuleSet(as_type(id, kind, json)?),
        ("room_created", 1) => EventData::RoomCreated(as_type(id, kind, json)?),
        ("room_status_changed", 1) => EventData::RoomStatusChanged(as_type(id, kind, json)?),
        ("message_sent", 1) => EventData::MessageSent(as_type(id, kind, json)?),
        ("custom_message_sent", 1) => EventData::CustomMessageSent(as_type(id, kind, json)?),
        ("paid_message_sent", 1) => EventData::PaidMessageSent(as_type(id, kind, json)?),
        ("gift_sent", 1) => EventData::GiftSent(as_type(id, kind, json)?),
        ("likes_added", 1) => EventData::LikesAdded(as_type(id, kind, json)?),
        ("room_joined", 1) => EventData::RoomJoined(as_type(id, kind, json)?),
        ("room_left", 1) => EventData::RoomLeft(as_type(id, kind, json)?),
        ("product_set", 1) => EventData::ProductSet(as_type(id, kind, json)?),
        ("spotlight_set", 1) => EventData::SpotlightSet(as_type(id, kind, json)?),
        ("user_muted", 1) => EventData::UserMuted(as_type(id, kind, json)?),
        ("assistant_dismissed", 1) => EventData::AssistantDismissed(as_type(id, kind, json)?),
        ("assistant_appointed", 1) => EventData::AssistantAppointed(as_type(id, kind, json)?),
        ("introduction_set", 1) => EventData::IntroductionSet(as_type(id, kind, json)?),
        ("announcement_set", 1) => EventData::AnnouncementSet(as_type(id, kind, json)?),
        ("mute_all_set", 1) => EventData::MuteAllSet(as_type(id, kind, json)?),
        ("slow_mode_set", 1) => EventData::SlowModeSet(as_type(id, kind, json)?),
        ("user_kicked", 1) => EventData::UserKicked(as_type(id, kind, json)?),
        ("user_unbanned", 1) => EventData::UserUnbanned(as_type(id, kind, json)?),
        ("user_banned", 1) => EventData::UserBanned(as_type(id, kind, json)?),
        ("word_list_set", 1) => EventData::WordListSet(as_type(id, kind, json)?),
        ("word_list_removed", 1) => EventData::WordListRemoved(as_type(id, kind, json)?),
        ("user_unmuted", 1) => EventData::UserUnmuted(as_type(id, kind, json)?),
        ("message_recalled", 1) => EventData::MessageRecalled(as_type(id, kind, json)?),
        ("message_pinned", 1) => EventData::MessagePinned(as_type(id, kind, json)?),
        ("message_held", 1) => EventData::MessageHeld(as_type(id, kind, json)?),
        ("message_silenced", 1) => EventData::MessageSilenced(as_type(id, kind, json)?),
        ("message_reviewed", 1) => EventData::MessageReviewed(as_type(id, kind, json)?),
        ("message_unpinned", 1) => EventData::MessageUnpinned(as_type(id, kind, json)?),
        ("room_profile_set", 1) => EventData::RoomProfileSet(as_type(id, kind, json)?),
        ("room_archived", 1) => EventData::RoomArchived(as_type(id, kind, json)?),
        ("stream_reported", 1) => EventData::StreamReported(as_type(id, kind, json)?),
        ("level_reached", 1) => EventData::LevelReached(as_type(id, kind, json)?),
        ("shelf_ordered", 1) => EventData::ShelfOrdered(as_type(id, kind, json)?),
        ("product_sold_out", 1) => EventData::ProductSoldOut(as_type(id, kind, json)?),
        ("product_restocked", 1) => EventData::ProductRestocked(as_type(id, kind, json)?),
        ("product_removed", 1) => EventData::ProductRemoved(as_type(id, kind, json)?),
        ("admins_set", 1) => EventData::AdminsSet(as_type(id, kind, json)?),
        ("app_created", 1) => EventData::AppCreated(as_type(id, kind, json)?),
        ("app_status_set", 1) => EventData::AppStatusSet(as_type(id, kind, json)?),
        ("app_expiry_set", 1) => EventData::AppExpirySet(as_type(id, kind, json)?),
        ("app_keys_set", 1) => EventData::AppKeysSet(as_type(id, kind, json)?),
        ("app_deleted", 1) => EventData::AppDeleted(as_type(id, kind, json)?),
        ("broadcast_sent", 1) => EventData::BroadcastSent(as_type(id, kind, json)?),
        ("host_followed", 1) => EventData::HostFollowed(as_type(id, kind, json)?),
        ("host_unfollowed", 1) => EventData::HostUnfollowed(as_type(id, kind, json)?),
        ("product_purchased", 1) => EventData::ProductPurchased(as_type(id, kind, json)?),
        ("gift_refunded", 1) => EventData::GiftRefunded(as_type(id, kind, json)?),
        ("field_defined", 1) => EventData::FieldDefined(as_type(id, kind, json)?),
        ("fields_set", 1) => EventData::FieldsSet(as_type(id, kind, json)?),
        ("member_fields_set", 1) => EventData::MemberFieldsSet(as_type(id, kind, json)?),
        ("counter_changed", 1) => EventData::CounterChanged(as_type(id, kind, json)?),
        _ => {
            let (id, kind) = (id.to_owned(), kind.to_owned());
            return Err(DecodeError::UnknownEvent { id, kind, version });
        }
    })
}
