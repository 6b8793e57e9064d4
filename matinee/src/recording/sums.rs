//! What a room adds up to: the same counts from a recording, from the log and from what a viewer
//! received, so that they can be put side by side.

use std::ops::AddAssign;

use domain::event::EventData;
use serde::Serialize;
use serde_json::Value;

use crate::recording::line::{Kind, Line};

/// The counts of one room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Chat messages.
    pub messages: u64,
    /// Gifts, counting each sending.
    pub gifts: u64,
    /// Gifts, counting each piece.
    pub gift_pieces: u64,
    /// Gold of gifts.
    pub gift_gold: u64,
    /// Paid messages.
    pub paid_messages: u64,
    /// Gold of paid messages.
    pub paid_gold: u64,
    /// Mutes.
    pub mutes: u64,
    /// Likes.
    pub likes: u64,
    /// People who came in.
    pub joins: u64,
}

impl Sums {
    /// The counts with their names, in the order in which they are shown.
    pub fn rows(&self) -> [(&'static str, u64); 9] {
        [
            ("messages", self.messages),
            ("gifts", self.gifts),
            ("gift pieces", self.gift_pieces),
            ("gold", self.gift_gold),
            ("paid messages", self.paid_messages),
            ("paid gold", self.paid_gold),
            ("mutes", self.mutes),
            ("likes", self.likes),
            ("joins", self.joins),
        ]
    }

    /// What a recording says.
    pub fn of_recording(lines: &[Line]) -> Self {
        let mut sums = Self::default();
        for line in lines {
            sums += Self::of_line(line);
        }
        sums
    }

    /// What one line says.
    pub fn of_line(line: &Line) -> Self {
        let none = Self::default();
        match &line.kind {
            Kind::Chat { .. } => Self { messages: 1, ..none },
            Kind::Gift { gift } => Self {
                gifts: 1,
                gift_pieces: u64::from(gift.count),
                gift_gold: u64::from(gift.count).saturating_mul(gift.unit_price),
                ..none
            },
            Kind::Superchat { price, .. } => Self { paid_messages: 1, paid_gold: *price, ..none },
            Kind::Moderation { .. } => Self { mutes: 1, ..none },
            Kind::Like { count } => Self { likes: u64::from(*count), ..none },
            Kind::Join => Self { joins: 1, ..none },
            Kind::Call(call) => {
                let count = |kind: &str| call.events.iter().filter(|name| *name == kind).count();
                Self {
                    messages: count("message_sent") as u64,
                    mutes: count("user_muted") as u64,
                    joins: count("room_joined") as u64,
                    ..none
                }
            }
            Kind::Leave | Kind::Status { .. } | Kind::Product { .. } | Kind::Spotlight { .. } => {
                none
            }
        }
    }

    /// What one event of the log says.
    pub fn of_event(data: &EventData) -> Self {
        let none = Self::default();
        match data {
            EventData::MessageSent(_) => Self { messages: 1, ..none },
            EventData::GiftSent(sent) => Self {
                gifts: 1,
                gift_pieces: u64::from(sent.count),
                gift_gold: sent.amount.0,
                ..none
            },
            EventData::PaidMessageSent(sent) => {
                Self { paid_messages: 1, paid_gold: sent.amount.0, ..none }
            }
            EventData::UserMuted(_) => Self { mutes: 1, ..none },
            EventData::LikesAdded(added) => Self { likes: added.count, ..none },
            EventData::RoomJoined(_) => Self { joins: 1, ..none },
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
            | EventData::CustomMessageSent(_)
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
            | EventData::ProductSet(_)
            | EventData::BroadcastSent(_)
            | EventData::HostFollowed(_)
            | EventData::HostUnfollowed(_)
            | EventData::ShelfOrdered(_)
            | EventData::ProductSoldOut(_)
            | EventData::ProductRestocked(_)
            | EventData::ProductRemoved(_)
            | EventData::ProductPurchased(_)
            // No recording has refunds.
            | EventData::GiftRefunded(_)
            | EventData::SpotlightSet(_)
            | EventData::LevelReached(_)
            | EventData::UserUnmuted(_) => none,
        }
    }

    /// What one feed item says, as a viewer receives it.
    pub fn of_feed_item(item: &Value) -> Self {
        let none = Self::default();
        let number = |field: &str| item["data"][field].as_u64().unwrap_or_default();
        match item["type"].as_str().unwrap_or_default() {
            "message_sent" => Self { messages: 1, ..none },
            "gift_sent" => {
                Self { gifts: 1, gift_pieces: number("count"), gift_gold: number("amount"), ..none }
            }
            "paid_message_sent" => Self { paid_messages: 1, paid_gold: number("amount"), ..none },
            "user_muted" => Self { mutes: 1, ..none },
            "likes_added" => Self { likes: number("count"), ..none },
            "room_joined" => Self { joins: 1, ..none },
            "merged" => Self {
                likes: item["likes"]["count"].as_u64().unwrap_or_default(),
                joins: item["joined"]["count"].as_u64().unwrap_or_default(),
                ..none
            },
            _ => none,
        }
    }
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.gifts += other.gifts;
        self.gift_pieces += other.gift_pieces;
        self.gift_gold += other.gift_gold;
        self.paid_messages += other.paid_messages;
        self.paid_gold += other.paid_gold;
        self.mutes += other.mutes;
        self.likes += other.likes;
        self.joins += other.joins;
    }
}
