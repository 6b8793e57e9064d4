//! What people do that can earn them points. An event is in the log because its command was
//! accepted: what was refused or shed counts for nobody.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Event, EventData};
use crate::ids::UserId;

/// What is counted, and in which unit.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A message, paid ones included.
    Message,
    /// A custom message.
    CustomMessage,
    /// A coin of a gift.
    GiftCoin,
    /// A coin of a paid message.
    PaidCoin,
    /// A like.
    Like,
    /// A cent of a purchase that the shop has recorded.
    PurchaseCent,
}

/// Calls `done` with each user who did something that can earn points, what, and how many units.
pub fn deeds(event: &Event, mut done: impl FnMut(&UserId, Source, u64)) {
    let actor = &event.actor.user;
    match &event.data {
        EventData::MessageSent(_) => done(actor, Source::Message, 1),
        EventData::CustomMessageSent(_) => done(actor, Source::CustomMessage, 1),
        EventData::PaidMessageSent(sent) => {
            done(actor, Source::Message, 1);
            done(actor, Source::PaidCoin, sent.amount.0);
        }
        EventData::GiftSent(sent) => done(actor, Source::GiftCoin, sent.amount.0),
        EventData::ProductPurchased(bought) => {
            done(actor, Source::PurchaseCent, bought.amount_cents);
        }
        EventData::LikesAdded(added) => {
            for by in &added.by {
                done(&by.user_id, Source::Like, by.count.into());
            }
        }
        EventData::EpochStarted(_)
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
        | EventData::RoomJoined(_)
        | EventData::RoomLeft(_)
        | EventData::MessageRecalled(_)
        | EventData::MessagePinned(_)
        | EventData::MessageUnpinned(_)
        | EventData::MessageHeld(_)
        | EventData::MessageSilenced(_)
        | EventData::MessageReviewed(_)
        | EventData::RoomProfileSet(_)
        | EventData::RoomArchived(_)
        | EventData::StreamReported(_)
        | EventData::ProductSet(_)
        | EventData::SpotlightSet(_)
        | EventData::UserMuted(_)
        | EventData::AssistantDismissed(_)
        | EventData::AssistantAppointed(_)
        | EventData::FieldDefined(_)
        | EventData::FieldsSet(_)
        | EventData::MemberFieldsSet(_)
        | EventData::CounterChanged(_)
        | EventData::IntroductionSet(_)
        | EventData::AnnouncementSet(_)
        | EventData::MuteAllSet(_)
        | EventData::SlowModeSet(_)
        | EventData::UserKicked(_)
        | EventData::UserUnbanned(_)
        | EventData::UserBanned(_)
        | EventData::ShelfOrdered(_)
        | EventData::ProductSoldOut(_)
        | EventData::ProductRestocked(_)
        | EventData::ProductRemoved(_)
        | EventData::BroadcastSent(_)
        | EventData::HostFollowed(_)
        | EventData::HostUnfollowed(_)
        | EventData::GiftRefunded(_)
        | EventData::LevelReached(_)
        | EventData::UserUnmuted(_) => {}
    }
}
