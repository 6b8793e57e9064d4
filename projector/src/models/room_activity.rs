//! `room_activity`: what was done in each room, hour by hour.
//!
//! Reads what earns points, `room_joined`, `host_followed` and `gift_refunded`. Writes `room_activity`
//! (`migrations/sql/models/room_activity.sql`).

use std::collections::BTreeMap;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, RoomId};
use domain::level::deed::{Source, deeds};
use domain::timestamp::Timestamp;
use domain::view::period::Period;

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// What was done in a batch, for each hour and room.
#[derive(Debug, Default)]
pub(crate) struct RoomActivity(BTreeMap<(i64, RoomId), Done>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Done {
    messages: i64,
    custom_messages: i64,
    gift_coins: i64,
    paid_coins: i64,
    likes: i64,
    purchase_cents: i64,
    follows: i64,
    joins: i64,
}

impl RoomActivity {
    fn hour(&mut self, room_id: &RoomId, at: Timestamp) -> &mut Done {
        self.0.entry((Period::Hour.starts_at(at).0, room_id.clone())).or_default()
    }
}

impl Fold for RoomActivity {
    fn fold(&mut self, event: &Event) {
        let Scope::Room { room_id, .. } = &event.scope else { return };
        deeds(event, |_, source, units| {
            let done = self.hour(room_id, event.at);
            let sum = match source {
                Source::Message => &mut done.messages,
                Source::CustomMessage => &mut done.custom_messages,
                Source::GiftCoin => &mut done.gift_coins,
                Source::PaidCoin => &mut done.paid_coins,
                Source::Like => &mut done.likes,
                Source::PurchaseCent => &mut done.purchase_cents,
            };
            *sum = sum.saturating_add(bigint(units));
        });
        if let EventData::RoomJoined(_) = &event.data {
            self.hour(room_id, event.at).joins += 1;
        } else if let EventData::HostFollowed(_) = &event.data {
            self.hour(room_id, event.at).follows += 1;
        } else if let EventData::GiftRefunded(refunded) = &event.data {
            let done = self.hour(room_id, refunded.sent_at);
            done.gift_coins = done.gift_coins.saturating_sub(bigint(refunded.amount.0));
        }
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let hours = std::mem::take(&mut self.0);
        if hours.is_empty() {
            return vec![];
        }
        let numbers = |of: fn(&Done) -> i64| -> Vec<i64> { hours.values().map(of).collect() };
        let write = Write::new(UPSERT, app)
            .with(hours.keys().map(|(starts_at, _)| *starts_at).collect::<Vec<_>>())
            .with(hours.keys().map(|(_, room_id)| room_id.as_str()).collect::<TextColumn>())
            .with(numbers(|done| done.messages))
            .with(numbers(|done| done.custom_messages))
            .with(numbers(|done| done.gift_coins))
            .with(numbers(|done| done.paid_coins))
            .with(numbers(|done| done.likes))
            .with(numbers(|done| done.purchase_cents))
            .with(numbers(|done| done.follows))
            .with(numbers(|done| done.joins));
        vec![write.changing(hours.len())]
    }
}

const UPSERT: &str = "
    INSERT INTO room_activity AS old (app, starts_at, room_id, messages, custom_messages,
        gift_coins, paid_coins, likes, purchase_cents, follows, joins)
    SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
        $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
    ON CONFLICT (app, starts_at, room_id) DO UPDATE SET
        messages = old.messages + excluded.messages,
        custom_messages = old.custom_messages + excluded.custom_messages,
        gift_coins = matinee.saturating_add(old.gift_coins, excluded.gift_coins),
        paid_coins = matinee.saturating_add(old.paid_coins, excluded.paid_coins),
        likes = matinee.saturating_add(old.likes, excluded.likes),
        purchase_cents = matinee.saturating_add(old.purchase_cents, excluded.purchase_cents),
        follows = old.follows + excluded.follows,
        joins = old.joins + excluded.joins";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn a_refund_counts_in_the_hour_of_its_gift() {
        let mut activity = RoomActivity::default();
        for event in sample::events() {
            let is_refund = matches!(event.data, EventData::GiftRefunded(_));
            let later = if is_refund { Period::Hour.millis() } else { 0 };
            activity.fold(&Event { at: Timestamp(event.at.0 + later), ..event });
        }
        let coins = |event: &Event| {
            if let EventData::PaidMessageSent(sent) = &event.data {
                Some(bigint(sent.amount.0))
            } else {
                None
            }
        };
        let paid: i64 = sample::events().iter().filter_map(coins).sum();
        let hours: Vec<&Done> = activity.0.values().collect();
        assert_eq!(hours.iter().map(|done| done.gift_coins).sum::<i64>(), 0);
        assert_eq!(hours.iter().map(|done| done.paid_coins).sum::<i64>(), paid);
        assert_eq!(hours.len(), 1, "the refund has no hour of its own");
        assert_eq!((hours[0].follows, hours[0].joins), (1, 1));
    }
}
