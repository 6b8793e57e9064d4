//! What is recorded: facts, in the past tense, each readable on its own.

use std::fmt;

use serde::Serialize;

use crate::actor::Actor;
use crate::app::broadcast_message::BroadcastSent;
use crate::app::define_field::FieldDefined;
use crate::app::define_gift::GiftDefined;
use crate::app::epoch::EpochStarted;
use crate::app::register_user::UserRegistered;
use crate::app::remove_word_list::WordListRemoved;
use crate::app::set_admins::AdminsSet;
use crate::app::set_level_rule::LevelRuleSet;
use crate::app::set_word_list::WordListSet;
use crate::ids::{CommandId, RoomId};
use crate::registry::create_app::AppCreated;
use crate::registry::delete_app::AppDeleted;
use crate::registry::set_app_expiry::AppExpirySet;
use crate::registry::set_app_keys::AppKeysSet;
use crate::registry::set_app_status::AppStatusSet;
use crate::room::announce_level::LevelReached;
use crate::room::appoint_assistant::AssistantAppointed;
use crate::room::archive_room::RoomArchived;
use crate::room::ban_user::UserBanned;
use crate::room::change_counter::CounterChanged;
use crate::room::change_room_status::RoomStatusChanged;
use crate::room::create_room::RoomCreated;
use crate::room::dismiss_assistant::AssistantDismissed;
use crate::room::follow_host::HostFollowed;
use crate::room::hold_message::MessageHeld;
use crate::room::join_room::RoomJoined;
use crate::room::kick_user::UserKicked;
use crate::room::leave_room::RoomLeft;
use crate::room::mark_sold_out::{ProductRestocked, ProductSoldOut};
use crate::room::mute_all::MuteAllSet;
use crate::room::mute_user::UserMuted;
use crate::room::order_shelf::ShelfOrdered;
use crate::room::pin_message::MessagePinned;
use crate::room::recall_message::MessageRecalled;
use crate::room::record_purchase::ProductPurchased;
use crate::room::refund_gift::GiftRefunded;
use crate::room::remove_product::ProductRemoved;
use crate::room::report_stream::StreamReported;
use crate::room::review_message::MessageReviewed;
use crate::room::send_custom_message::CustomMessageSent;
use crate::room::send_gift::GiftSent;
use crate::room::send_likes::LikesAdded;
use crate::room::send_message::MessageSent;
use crate::room::send_paid_message::PaidMessageSent;
use crate::room::set_announcement::AnnouncementSet;
use crate::room::set_fields::FieldsSet;
use crate::room::set_introduction::IntroductionSet;
use crate::room::set_member_fields::MemberFieldsSet;
use crate::room::set_product::ProductSet;
use crate::room::set_room_profile::RoomProfileSet;
use crate::room::set_slow_mode::SlowModeSet;
use crate::room::set_spotlight::SpotlightSet;
use crate::room::silence_message::MessageSilenced;
use crate::room::unban_user::UserUnbanned;
use crate::room::unfollow_host::HostUnfollowed;
use crate::room::unmute_user::UserUnmuted;
use crate::room::unpin_message::MessageUnpinned;
use crate::timestamp::Timestamp;

/// One fact with its place. [`crate::codec`] says how it looks in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Where it counts.
    pub scope: Scope,
    /// The command's id and the event's place among the command's events: a retry gives the same.
    pub id: EventId,
    /// When it was decided. Never earlier than the event before it.
    pub at: Timestamp,
    /// Who did it, as they were then.
    pub actor: Actor,
    /// What happened.
    pub data: EventData,
}

/// The sequence in which an event counts: dense from 1, a hole is a bug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// An event of a room.
    Room {
        /// Which.
        room_id: RoomId,
        /// Its place in the room.
        room_seq: u64,
    },
    /// An event of the app.
    App {
        /// Its place among the app's own events.
        app_seq: u64,
    },
}

/// `<command id>.<index>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The command that caused the event; for an event of the sequencer itself, its commit.
    pub command: CommandId,
    /// From 0, within the command.
    pub index: u16,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.command, self.index)
    }
}

impl Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl std::str::FromStr for EventId {
    type Err = crate::codec::DecodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || crate::codec::DecodeError::MalformedEventId { id: text.to_owned() };
        let (command, index) = text.rsplit_once('.').ok_or_else(malformed)?;
        let command = command.parse().ok().ok_or_else(malformed)?;
        let index = index.parse().ok().ok_or_else(malformed)?;
        Ok(Self { command, index })
    }
}

/// What happened. The name of a variant in snake case is its `type` on disk and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs, reason = "each variant is documented in its own file")]
pub enum EventData {
    EpochStarted(EpochStarted),
    UserRegistered(UserRegistered),
    GiftDefined(GiftDefined),
    LevelRuleSet(LevelRuleSet),
    RoomCreated(RoomCreated),
    RoomStatusChanged(RoomStatusChanged),
    MessageSent(MessageSent),
    CustomMessageSent(CustomMessageSent),
    PaidMessageSent(PaidMessageSent),
    GiftSent(GiftSent),
    LikesAdded(LikesAdded),
    RoomJoined(RoomJoined),
    RoomLeft(RoomLeft),
    ProductSet(ProductSet),
    SpotlightSet(SpotlightSet),
    UserMuted(UserMuted),
    AssistantDismissed(AssistantDismissed),
    AssistantAppointed(AssistantAppointed),
    IntroductionSet(IntroductionSet),
    AnnouncementSet(AnnouncementSet),
    MuteAllSet(MuteAllSet),
    SlowModeSet(SlowModeSet),
    UserKicked(UserKicked),
    UserUnbanned(UserUnbanned),
    UserBanned(UserBanned),
    UserUnmuted(UserUnmuted),
    MessageRecalled(MessageRecalled),
    MessagePinned(MessagePinned),
    MessageUnpinned(MessageUnpinned),
    MessageHeld(MessageHeld),
    MessageSilenced(MessageSilenced),
    MessageReviewed(MessageReviewed),
    RoomProfileSet(RoomProfileSet),
    RoomArchived(RoomArchived),
    StreamReported(StreamReported),
    LevelReached(LevelReached),
    ShelfOrdered(ShelfOrdered),
    ProductSoldOut(ProductSoldOut),
    ProductRestocked(ProductRestocked),
    ProductRemoved(ProductRemoved),
    AdminsSet(AdminsSet),
    AppCreated(AppCreated),
    AppStatusSet(AppStatusSet),
    AppExpirySet(AppExpirySet),
    AppKeysSet(AppKeysSet),
    AppDeleted(AppDeleted),
    BroadcastSent(BroadcastSent),
    HostFollowed(HostFollowed),
    HostUnfollowed(HostUnfollowed),
    WordListSet(WordListSet),
    WordListRemoved(WordListRemoved),
    ProductPurchased(ProductPurchased),
    GiftRefunded(GiftRefunded),
    FieldDefined(FieldDefined),
    FieldsSet(FieldsSet),
    MemberFieldsSet(MemberFieldsSet),
    CounterChanged(CounterChanged),
}

impl EventData {
    /// The name on disk.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::EpochStarted(_) => "epoch_started",
            Self::UserRegistered(_) => "user_registered",
            Self::GiftDefined(_) => "gift_defined",
            Self::LevelRuleSet(_) => "level_rule_set",
            Self::RoomCreated(_) => "room_created",
            Self::RoomStatusChanged(_) => "room_status_changed",
            Self::MessageSent(_) => "message_sent",
            Self::CustomMessageSent(_) => "custom_message_sent",
            Self::PaidMessageSent(_) => "paid_message_sent",
            Self::GiftSent(_) => "gift_sent",
            Self::LikesAdded(_) => "likes_added",
            Self::RoomJoined(_) => "room_joined",
            Self::RoomLeft(_) => "room_left",
            Self::ProductSet(_) => "product_set",
            Self::SpotlightSet(_) => "spotlight_set",
            Self::UserMuted(_) => "user_muted",
            Self::AssistantDismissed(_) => "assistant_dismissed",
            Self::AssistantAppointed(_) => "assistant_appointed",
            Self::IntroductionSet(_) => "introduction_set",
            Self::AnnouncementSet(_) => "announcement_set",
            Self::MuteAllSet(_) => "mute_all_set",
            Self::SlowModeSet(_) => "slow_mode_set",
            Self::UserKicked(_) => "user_kicked",
            Self::UserUnbanned(_) => "user_unbanned",
            Self::UserBanned(_) => "user_banned",
            Self::UserUnmuted(_) => "user_unmuted",
            Self::MessageRecalled(_) => "message_recalled",
            Self::MessagePinned(_) => "message_pinned",
            Self::MessageUnpinned(_) => "message_unpinned",
            Self::MessageHeld(_) => "message_held",
            Self::MessageSilenced(_) => "message_silenced",
            Self::MessageReviewed(_) => "message_reviewed",
            Self::RoomProfileSet(_) => "room_profile_set",
            Self::RoomArchived(_) => "room_archived",
            Self::StreamReported(_) => "stream_reported",
            Self::LevelReached(_) => "level_reached",
            Self::ShelfOrdered(_) => "shelf_ordered",
            Self::ProductSoldOut(_) => "product_sold_out",
            Self::ProductRestocked(_) => "product_restocked",
            Self::ProductRemoved(_) => "product_removed",
            Self::AdminsSet(_) => "admins_set",
            Self::AppCreated(_) => "app_created",
            Self::AppStatusSet(_) => "app_status_set",
            Self::AppExpirySet(_) => "app_expiry_set",
            Self::AppKeysSet(_) => "app_keys_set",
            Self::AppDeleted(_) => "app_deleted",
            Self::BroadcastSent(_) => "broadcast_sent",
            Self::HostFollowed(_) => "host_followed",
            Self::HostUnfollowed(_) => "host_unfollowed",
            Self::WordListSet(_) => "word_list_set",
            Self::WordListRemoved(_) => "word_list_removed",
            Self::ProductPurchased(_) => "product_purchased",
            Self::GiftRefunded(_) => "gift_refunded",
            Self::FieldDefined(_) => "field_defined",
            Self::FieldsSet(_) => "fields_set",
            Self::MemberFieldsSet(_) => "member_fields_set",
            Self::CounterChanged(_) => "counter_changed",
        }
    }

    /// The version of the shape that is written now. A new shape is a new number, an upcast in
    /// [`crate::codec`] and a new golden file.
    pub fn version(&self) -> u8 {
        if matches!(self, Self::LevelRuleSet(_)) { 2 } else { 1 }
    }
}
