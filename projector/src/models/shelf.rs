//! `shelf`: the products of each room, as they stand.
//!
//! Reads `product_set`. Writes `shelf` (`migrations/sql/models/shelf.sql`).

use std::collections::BTreeMap;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, ProductId, RoomId};
use domain::room::state::Product;

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The products of a batch as they were set last, and the `room_seq` of that.
#[derive(Debug, Default)]
pub(crate) struct Shelves(BTreeMap<(RoomId, ProductId), (Product, i64)>);

impl Fold for Shelves {
    fn fold(&mut self, event: &Event) {
        if let (Scope::Room { room_id, room_seq }, EventData::ProductSet(set)) =
            (&event.scope, &event.data)
        {
            let key = (room_id.clone(), set.product_id.clone());
            self.0.insert(key, (set.product.clone(), bigint(*room_seq)));
        }
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let shelves = std::mem::take(&mut self.0);
        if shelves.is_empty() {
            return vec![];
        }
        let products = || shelves.values().map(|(product, _)| product);
        let write = Write::new(UPSERT, app)
            .with(shelves.keys().map(|(room_id, _)| room_id.as_str()).collect::<TextColumn>())
            .with(shelves.keys().map(|(_, product_id)| product_id.as_str()).collect::<TextColumn>())
            .with(products().map(|product| &*product.title).collect::<TextColumn>())
            .with(products().map(|product| bigint(product.price_cents)).collect::<Vec<_>>())
            .with(products().map(|product| product.stock.map(i64::from)).collect::<Vec<_>>())
            .with(shelves.values().map(|(_, seq)| *seq).collect::<Vec<_>>());
        vec![write.changing(shelves.len())]
    }
}

const UPSERT: &str = "
    INSERT INTO shelf (app, room_id, product_id, title, price_cents, stock, changed_seq)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
        $7::bigint[])
    ON CONFLICT (app, room_id, product_id) DO UPDATE SET
        title = excluded.title, price_cents = excluded.price_cents, stock = excluded.stock,
        changed_seq = excluded.changed_seq";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn a_product_stands_as_it_was_set_last() {
        let mut shelves = Shelves::default();
        let events = sample::events();
        let event = events.iter().find(|event| matches!(event.data, EventData::ProductSet(_)));
        let mut event = event.unwrap().clone();
        shelves.fold(&event);
        let EventData::ProductSet(set) = &mut event.data else { unreachable!() };
        set.product.price_cents = 1;
        shelves.fold(&event);

        let prices: Vec<u64> = shelves.0.values().map(|(product, _)| product.price_cents).collect();
        assert_eq!(prices, [1]);
    }
}
