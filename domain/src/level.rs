//! How a user's level follows from what they did: a function of the log alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Event, EventData};
use crate::ids::UserId;

/// What earns points, and how many points make a level. Holds from its event on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    /// For each accepted message.
    pub points_per_message: u32,
    /// For each coin of a gift or a paid message.
    pub points_per_coin: u32,
    /// For each like.
    pub points_per_like: u32,
    /// Points at which level 1, 2, … begins; below the first a user has level 0.
    pub thresholds: Vec<u64>,
}

/// A rule as the log has it: a field that a later program added is left alone there, while the same
/// from a caller is refused.
#[derive(Deserialize)]
#[serde(remote = "LevelRule")]
pub(crate) struct RecordedLevelRule {
    points_per_message: u32,
    points_per_coin: u32,
    points_per_like: u32,
    thresholds: Vec<u64>,
}

impl Default for LevelRule {
    fn default() -> Self {
        Self {
            points_per_message: 1,
            points_per_coin: 1,
            points_per_like: 0,
            thresholds: vec![100, 300, 600, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000],
        }
    }
}

impl LevelRule {
    /// The level of somebody with this many points.
    pub fn level_at(&self, points: u64) -> u32 {
        let reached = self.thresholds.iter().take_while(|threshold| **threshold <= points).count();
        u32::try_from(reached).unwrap_or(u32::MAX)
    }

    /// Calls `earn` with each user whom the event gives points, and how many.
    pub fn points(&self, event: &Event, mut earn: impl FnMut(&UserId, u64)) {
        let actor = &event.actor.user;
        match &event.data {
            EventData::MessageSent(_) => earn(actor, u64::from(self.points_per_message)),
            EventData::PaidMessageSent(sent) => earn(
                actor,
                sent.amount
                    .0
                    .saturating_mul(u64::from(self.points_per_coin))
                    .saturating_add(u64::from(self.points_per_message)),
            ),
            EventData::GiftSent(sent) => {
                earn(actor, sent.amount.0.saturating_mul(u64::from(self.points_per_coin)));
            }
            EventData::LikesAdded(added) => {
                for by in &added.by {
                    earn(&by.user_id, u64::from(by.count) * u64::from(self.points_per_like));
                }
            }
            EventData::EpochStarted(_)
            | EventData::UserRegistered(_)
            | EventData::GiftDefined(_)
            | EventData::LevelRuleSet(_)
            | EventData::RoomCreated(_)
            | EventData::RoomStatusChanged(_)
            | EventData::CustomMessageSent(_)
            | EventData::RoomJoined(_)
            | EventData::RoomLeft(_)
            | EventData::ProductSet(_)
            | EventData::ShelfOrdered(_)
            | EventData::ProductSoldOut(_)
            | EventData::ProductRestocked(_)
            | EventData::ProductRemoved(_)
            | EventData::SpotlightSet(_)
            | EventData::UserMuted(_)
            | EventData::AssistantDismissed(_)
            | EventData::AssistantAppointed(_)
            | EventData::IntroductionSet(_)
            | EventData::AnnouncementSet(_)
            | EventData::MuteAllSet(_)
            | EventData::SlowModeSet(_)
            | EventData::UserKicked(_)
            | EventData::UserUnbanned(_)
            | EventData::UserBanned(_)
            | EventData::UserUnmuted(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_begins_exactly_at_its_threshold() {
        let rule = LevelRule { thresholds: vec![10, 20], ..LevelRule::default() };
        let levels: Vec<u32> = [0, 9, 10, 19, 20, u64::MAX].map(|p| rule.level_at(p)).into();
        assert_eq!(levels, [0, 0, 1, 1, 2, 2]);
    }
}
