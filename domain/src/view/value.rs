//! `value` of a feed item: the one thing of an event that a simple client shows, without knowing the
//! event's own data.

use serde::Serialize;

use crate::event::EventData;

/// A text or a number; absent where there is nothing to say but the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Number(u64),
    Signed(i64),
}

impl<'a> Value<'a> {
    /// What the event is about.
    pub(crate) fn of(data: &'a EventData) -> Option<Self> {
        Some(match data {
            EventData::UserRegistered(registered) => Self::Text(&registered.nick),
            EventData::GiftDefined(defined) => Self::Text(&defined.name),
            EventData::WordListSet(set) => Self::Text(set.name.as_str()),
            EventData::WordListRemoved(removed) => Self::Text(removed.name.as_str()),
            EventData::RoomCreated(created) => Self::Text(&created.name),
            EventData::RoomStatusChanged(changed) => Self::Text(changed.to.as_str()),
            EventData::MessageSent(sent) => Self::Text(&sent.text),
            EventData::CustomMessageSent(sent) => Self::Text(&sent.data),
            EventData::PaidMessageSent(sent) => Self::Text(&sent.text),
            EventData::GiftSent(sent) => Self::Number(sent.count.into()),
            EventData::GiftRefunded(refunded) => Self::Number(refunded.refunded_seq),
            EventData::LikesAdded(added) => Self::Number(added.count),
            EventData::ProductSet(set) => Self::Text(set.product_id.as_str()),
            EventData::BroadcastSent(sent) => Self::Text(&sent.text),
            EventData::HostFollowed(followed) => Self::Text(followed.host_id.as_str()),
            EventData::HostUnfollowed(unfollowed) => Self::Text(unfollowed.host_id.as_str()),
            EventData::ProductPurchased(purchased) => Self::Text(purchased.product_id.as_str()),
            EventData::ProductRemoved(removed) => Self::Text(removed.product_id.as_str()),
            EventData::ProductSoldOut(out) => Self::Text(out.product_id.as_str()),
            EventData::ProductRestocked(restocked) => Self::Text(restocked.product_id.as_str()),
            EventData::SpotlightSet(set) => Self::Text(set.product_id.as_ref()?.as_str()),
            EventData::UserMuted(muted) => Self::Text(muted.user_id.as_str()),
            EventData::UserUnmuted(unmuted) => Self::Text(unmuted.user_id.as_str()),
            EventData::UserKicked(kicked) => Self::Text(kicked.user_id.as_str()),
            EventData::UserBanned(banned) => Self::Text(banned.user_id.as_str()),
            EventData::UserUnbanned(unbanned) => Self::Text(unbanned.user_id.as_str()),
            EventData::AssistantAppointed(appointed) => Self::Text(appointed.user_id.as_str()),
            EventData::AssistantDismissed(dismissed) => Self::Text(dismissed.user_id.as_str()),
            EventData::AnnouncementSet(set) => Self::Text(&set.text),
            EventData::IntroductionSet(set) => Self::Text(&set.text),
            EventData::FieldDefined(defined) => Self::Text(defined.key.as_str()),
            EventData::MemberFieldsSet(set) => Self::Text(set.user_id.as_str()),
            EventData::CounterChanged(changed) => Self::Signed(changed.value),
            EventData::SlowModeSet(set) => Self::Number(set.seconds.into()),
            EventData::MessageRecalled(recalled) => Self::Number(recalled.room_seq),
            EventData::MessagePinned(pinned) => Self::Number(pinned.room_seq),
            EventData::MessageHeld(held) => Self::Text(&held.text),
            EventData::MessageSilenced(silenced) => Self::Text(&silenced.text),
            EventData::MessageReviewed(reviewed) => Self::Number(reviewed.room_seq),
            EventData::MessageUnpinned(unpinned) => Self::Number(unpinned.room_seq),
            EventData::RoomProfileSet(set) => Self::Text(&set.name),
            EventData::MuteAllSet(set) => Self::Number(set.on.into()),
            EventData::StreamReported(reported) => Self::Number(reported.on.into()),
            EventData::LevelReached(reached) => Self::Number(reached.level.into()),
            EventData::EpochStarted(_)
            | EventData::RoomArchived(_)
            | EventData::FieldsSet(_)
            | EventData::LevelRuleSet(_)
            | EventData::ShelfOrdered(_)
            | EventData::AdminsSet(_)
            | EventData::AppCreated(_)
            | EventData::AppStatusSet(_)
            | EventData::AppExpirySet(_)
            | EventData::AppKeysSet(_)
            | EventData::AppDeleted(_)
            | EventData::RoomJoined(_)
            | EventData::RoomLeft(_) => return None,
        })
    }
}
