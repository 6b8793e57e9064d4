//! One item of a room's feed: the same bytes in history, in SSE and in WebSocket frames, and the
//! same shape for the sender's echo and for everybody else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Role;
use crate::event::{Event, EventData, EventId, Scope};
use crate::ids::UserId;
use crate::room::said::Besides;
use crate::timestamp::Timestamp;
use crate::view::value::Value;

/// What may be left out first when a viewer or a room cannot keep up. `High` never is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Likes, join and leave notices.
    Lowest,
    /// Custom messages that ask for it.
    Low,
    /// Chat.
    #[default]
    Normal,
    /// Status, product, gift, purchase, announcement, moderation.
    High,
}

impl Priority {
    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lowest => "lowest",
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    /// The priority of an event.
    pub fn of(data: &EventData) -> Self {
        match data {
            EventData::LikesAdded(_) | EventData::RoomJoined(_) | EventData::RoomLeft(_) => {
                Self::Lowest
            }
            EventData::MessageSent(_)
            | EventData::MessageHeld(_)
            | EventData::HostFollowed(_)
            | EventData::HostUnfollowed(_)
            | EventData::CounterChanged(_) => Self::Normal,
            EventData::CustomMessageSent(sent) => sent.priority,
            // Its sender sees it as what it would have been.
            EventData::MessageSilenced(silenced) => Besides::priority(silenced.besides.as_ref()),
            EventData::EpochStarted(_)
            | EventData::MessageRecalled(_)
            | EventData::MessagePinned(_)
            | EventData::MessageUnpinned(_)
            | EventData::MessageReviewed(_)
            | EventData::RoomProfileSet(_)
            | EventData::RoomArchived(_)
            | EventData::StreamReported(_)
            | EventData::UserRegistered(_)
            | EventData::GiftDefined(_)
            | EventData::LevelRuleSet(_)
            | EventData::WordListSet(_)
            | EventData::WordListRemoved(_)
            | EventData::AdminsSet(_)
            | EventData::AppCreated(_)
            | EventData::AppStatusSet(_)
            | EventData::AppExpirySet(_)
            | EventData::AppKeysSet(_)
            | EventData::AppDeleted(_)
            | EventData::RoomCreated(_)
            | EventData::RoomStatusChanged(_)
            | EventData::PaidMessageSent(_)
            | EventData::GiftSent(_)
            | EventData::ProductSet(_)
            | EventData::BroadcastSent(_)
            | EventData::ShelfOrdered(_)
            | EventData::ProductSoldOut(_)
            | EventData::ProductRestocked(_)
            | EventData::ProductRemoved(_)
            | EventData::ProductPurchased(_)
            | EventData::GiftRefunded(_)
            | EventData::SpotlightSet(_)
            | EventData::UserMuted(_)
            | EventData::AssistantDismissed(_)
            | EventData::AssistantAppointed(_)
            | EventData::FieldDefined(_)
            | EventData::FieldsSet(_)
            | EventData::MemberFieldsSet(_)
            | EventData::IntroductionSet(_)
            | EventData::AnnouncementSet(_)
            | EventData::MuteAllSet(_)
            | EventData::SlowModeSet(_)
            | EventData::UserKicked(_)
            | EventData::UserUnbanned(_)
            | EventData::UserBanned(_)
            | EventData::LevelReached(_)
            | EventData::UserUnmuted(_) => Self::High,
        }
    }
}

#[derive(Serialize)]
struct FeedItem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    room_seq: u64,
    id: EventId,
    at: Timestamp,
    priority: Priority,
    user_id: &'a UserId,
    nick: &'a str,
    avatar: Option<&'a str>,
    level: Option<u32>,
    role: Role,
    value: Option<Value<'a>>,
    data: &'a EventData,
}

/// The item as JSON on one line, or nothing for an event of the app.
///
/// serde escapes every control character, so the text holds no line break that could end an SSE
/// field early.
pub fn feed_item(event: &Event) -> Option<String> {
    let Scope::Room { room_seq, .. } = event.scope else { return None };
    let item = FeedItem {
        kind: event.data.type_name(),
        room_seq,
        id: event.id,
        at: event.at,
        priority: Priority::of(&event.data),
        user_id: &event.actor.user,
        nick: &event.actor.nick,
        avatar: event.actor.avatar.as_deref(),
        level: event.actor.level,
        role: event.actor.role,
        value: Value::of(&event.data),
        data: &event.data,
    };
    // Plain structs with text keys: writing them into memory cannot fail.
    #[expect(clippy::expect_used, reason = "see above")]
    Some(serde_json::to_string(&item).expect("a feed item is representable in JSON"))
}
