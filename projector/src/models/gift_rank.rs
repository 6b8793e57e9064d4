//! `gift_rank`: what each user has given in a room, hour by hour and day by day.
//!
//! Reads `gift_sent` and `gift_refunded`, which counts where the gift had counted. Writes `gift_rank` (`migrations/sql/models/gift_rank.sql`).

use std::collections::BTreeMap;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, RoomId, UserId};
use domain::view::period::Period;

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// What was given in a batch.
#[derive(Debug, Default)]
pub(crate) struct GiftRanks(BTreeMap<Key, Given>);

type Key = (RoomId, Period, i64, UserId);

#[derive(Debug, Default, PartialEq, Eq)]
struct Given {
    gifts: i64,
    coins: i64,
}

impl Fold for GiftRanks {
    fn fold(&mut self, event: &Event) {
        let Scope::Room { room_id, .. } = &event.scope else { return };
        let (user_id, at, gifts, coins) = if let EventData::GiftSent(sent) = &event.data {
            let (gifts, coins) = (i64::from(sent.count), bigint(sent.amount.0));
            (&event.actor.user, event.at, gifts, coins)
        } else if let EventData::GiftRefunded(refunded) = &event.data {
            let (gifts, coins) = (-i64::from(refunded.count), -bigint(refunded.amount.0));
            (&refunded.user_id, refunded.sent_at, gifts, coins)
        } else {
            return;
        };
        for period in Period::ALL {
            let key = (room_id.clone(), period, period.starts_at(at).0, user_id.clone());
            let given = self.0.entry(key).or_default();
            given.gifts = given.gifts.saturating_add(gifts);
            given.coins = given.coins.saturating_add(coins);
        }
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let ranks = std::mem::take(&mut self.0);
        if ranks.is_empty() {
            return vec![];
        }
        let write = Write::new(UPSERT, app)
            .with(ranks.keys().map(|(room_id, ..)| room_id.as_str()).collect::<TextColumn>())
            .with(ranks.keys().map(|(_, period, ..)| period.as_str()).collect::<TextColumn>())
            .with(ranks.keys().map(|(_, _, starts_at, _)| *starts_at).collect::<Vec<_>>())
            .with(ranks.keys().map(|(.., user_id)| user_id.as_str()).collect::<TextColumn>())
            .with(ranks.values().map(|given| given.gifts).collect::<Vec<_>>())
            .with(ranks.values().map(|given| given.coins).collect::<Vec<_>>());
        vec![write.changing(ranks.len())]
    }
}

const UPSERT: &str = "
    INSERT INTO gift_rank AS old (app, room_id, period, starts_at, user_id, gifts, coins)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[],
        $7::bigint[])
    ON CONFLICT (app, room_id, period, starts_at, user_id) DO UPDATE SET
        gifts = matinee.saturating_add(old.gifts, excluded.gifts),
        coins = matinee.saturating_add(old.coins, excluded.coins)";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;
    use domain::timestamp::Timestamp;

    #[test]
    fn a_gift_counts_in_its_hour_and_in_its_day() {
        let mut ranks = GiftRanks::default();
        let events = sample::events().into_iter();
        let gifts = events.filter(|event| matches!(event.data, EventData::GiftSent(_)));
        let gift = gifts.last().unwrap();
        for hour in [0, 1, 1, 24] {
            let at = Timestamp(1_700_006_400_000 + hour * 3_600_000);
            ranks.fold(&Event { at, ..gift.clone() });
        }

        let of = |wanted: Period| -> Vec<(i64, i64)> {
            let given = ranks.0.iter().filter(|((_, period, ..), _)| *period == wanted);
            given.map(|((_, _, starts_at, _), given)| (*starts_at, given.gifts)).collect()
        };
        let day = 1_700_006_400_000;
        let EventData::GiftSent(sent) = &gift.data else { unreachable!() };
        let one = i64::from(sent.count);
        assert_eq!(of(Period::Day), [(day, 3 * one), (day + 86_400_000, one)]);
        let hours = [(day, one), (day + 3_600_000, 2 * one), (day + 86_400_000, one)];
        assert_eq!(of(Period::Hour), hours);
    }
}
