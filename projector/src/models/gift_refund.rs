//! `gift_refund`: which gifts were refunded.
//!
//! Reads `gift_refunded`. Writes `gift_refund` (`migrations/sql/models/gift_refund.sql`).

use std::collections::BTreeMap;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, RoomId};

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The refunds of a batch: the place of the gift, and that of the refund.
#[derive(Debug, Default)]
pub(crate) struct GiftRefunds(BTreeMap<(RoomId, u64), u64>);

impl Fold for GiftRefunds {
    fn fold(&mut self, event: &Event) {
        let (Scope::Room { room_id, room_seq }, EventData::GiftRefunded(refunded)) =
            (&event.scope, &event.data)
        else {
            return;
        };
        self.0.entry((room_id.clone(), refunded.refunded_seq)).or_insert(*room_seq);
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let refunds = std::mem::take(&mut self.0);
        if refunds.is_empty() {
            return vec![];
        }
        let write = Write::new(INSERT, app)
            .with(refunds.keys().map(|(room_id, _)| room_id.as_str()).collect::<TextColumn>())
            .with(refunds.keys().map(|(_, gift)| bigint(*gift)).collect::<Vec<_>>())
            .with(refunds.values().map(|refund| bigint(*refund)).collect::<Vec<_>>());
        vec![write]
    }
}

const INSERT: &str = "
    INSERT INTO gift_refund (app, room_id, refunded_seq, room_seq)
    SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[])
    ON CONFLICT (app, room_id, refunded_seq) DO NOTHING";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn the_first_refund_of_a_gift_is_kept() {
        let mut refunds = GiftRefunds::default();
        let mut events = sample::events().into_iter();
        let refund = events.find(|event| matches!(event.data, EventData::GiftRefunded(_)));
        let refund = refund.unwrap();
        let Scope::Room { room_id, room_seq } = refund.scope.clone() else { unreachable!() };
        let scope = Scope::Room { room_id: room_id.clone(), room_seq: room_seq + 1 };
        refunds.fold(&refund);
        refunds.fold(&Event { scope, ..refund });
        assert_eq!(refunds.0.into_iter().collect::<Vec<_>>(), [((room_id, 6), room_seq)]);
    }
}
