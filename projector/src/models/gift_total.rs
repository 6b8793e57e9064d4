//! `gift_total`: what each user has given in each room.
//!
//! Reads `gift_sent`, `gift_refunded` and `paid_message_sent`. Writes `gift_total`
//! (`migrations/sql/models/gift_total.sql`).

use std::collections::BTreeMap;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, RoomId, UserId};

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// What was given in a batch.
#[derive(Debug, Default)]
pub(crate) struct GiftTotals(BTreeMap<(RoomId, UserId), Given>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Given {
    gifts: i64,
    coins: i64,
    paid_messages: i64,
    paid_coins: i64,
}

impl Fold for GiftTotals {
    #[expect(clippy::too_many_lines, reason = "one arm for each event")]
    fn fold(&mut self, event: &Event) {
        let (user_id, more) = match &event.data {
            EventData::GiftSent(sent) => {
                let (gifts, coins) = (i64::from(sent.count), bigint(sent.amount.0));
                (&event.actor.user, Given { gifts, coins, ..Given::default() })
            }
            EventData::GiftRefunded(refunded) => {
                let (gifts, coins) = (-i64::from(refunded.count), -bigint(refunded.amount.0));
                (&refunded.user_id, Given { gifts, coins, ..Given::default() })
            }
            EventData::PaidMessageSent(sent) => {
                let paid_coins = bigint(sent.amount.0);
                let more = Given { paid_messages: 1, paid_coins, ..Given::default() };
                (&event.actor.user, more)
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
            | EventData::CustomMessageSent(_)
            | EventData::MessageSent(_)
            | EventData::LikesAdded(_)
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
            | EventData::BroadcastSent(_)
            | EventData::HostFollowed(_)
            | EventData::HostUnfollowed(_)
            | EventData::ShelfOrdered(_)
            | EventData::ProductSoldOut(_)
            | EventData::ProductRestocked(_)
            | EventData::ProductRemoved(_)
            | EventData::ProductPurchased(_)
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
            | EventData::LevelReached(_)
            | EventData::UserUnmuted(_) => return,
        };
        let Scope::Room { room_id, .. } = &event.scope else { return };
        let key = (room_id.clone(), user_id.clone());
        let given = self.0.entry(key).or_default();
        given.gifts = given.gifts.saturating_add(more.gifts);
        given.coins = given.coins.saturating_add(more.coins);
        given.paid_messages = given.paid_messages.saturating_add(more.paid_messages);
        given.paid_coins = given.paid_coins.saturating_add(more.paid_coins);
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let totals = std::mem::take(&mut self.0);
        if totals.is_empty() {
            return vec![];
        }
        let numbers = |of: fn(&Given) -> i64| -> Vec<i64> { totals.values().map(of).collect() };
        let write = Write::new(UPSERT, app)
            .with(totals.keys().map(|(room_id, _)| room_id.as_str()).collect::<TextColumn>())
            .with(totals.keys().map(|(_, user_id)| user_id.as_str()).collect::<TextColumn>())
            .with(numbers(|given| given.gifts))
            .with(numbers(|given| given.coins))
            .with(numbers(|given| given.paid_messages))
            .with(numbers(|given| given.paid_coins));
        vec![write.changing(totals.len())]
    }
}

const UPSERT: &str = "
    INSERT INTO gift_total AS old
        (app, room_id, user_id, gifts, coins, paid_messages, paid_coins)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
        $7::bigint[])
    ON CONFLICT (app, room_id, user_id) DO UPDATE SET
        gifts = matinee.saturating_add(old.gifts, excluded.gifts),
        coins = matinee.saturating_add(old.coins, excluded.coins),
        paid_messages = matinee.saturating_add(old.paid_messages, excluded.paid_messages),
        paid_coins = matinee.saturating_add(old.paid_coins, excluded.paid_coins)";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn gifts_and_paid_messages_of_a_user_count_apart() {
        let mut totals = GiftTotals::default();
        let events = sample::events();
        events.iter().chain(&events).for_each(|event| totals.fold(event));

        let sum = |of: fn(&Given) -> i64| totals.0.values().map(of).sum::<i64>();
        let sent = |amount: fn(&EventData) -> Option<u64>| {
            2 * bigint(events.iter().filter_map(|event| amount(&event.data)).sum())
        };
        let paid = |data: &EventData| {
            if let EventData::PaidMessageSent(sent) = data { Some(sent.amount.0) } else { None }
        };
        assert_eq!(sum(|given| given.coins), 0, "the gift was refunded");
        assert_eq!(sum(|given| given.paid_coins), sent(paid));
        assert_eq!(sum(|given| given.paid_messages), 2);
    }
}
