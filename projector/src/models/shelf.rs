//! `shelf`: the products of each room, as they stand, in their order.
//!
//! Reads `product_set`, `product_removed`, `product_sold_out`, `product_restocked` and
//! `shelf_ordered`. Writes `shelf` (`migrations/sql/models/shelf.sql`).

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, ProductId, RoomId};
use domain::room::shelf::Product;

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

type Key = (RoomId, ProductId);

/// What a batch makes of the shelves. Written in this order: what leaves, what stands, what moves.
#[derive(Debug, Default)]
pub(crate) struct Shelves {
    removed: BTreeSet<Key>,
    set: BTreeMap<Key, Row>,
    placed: BTreeMap<Key, (i64, i64)>,
}

#[derive(Debug)]
struct Row {
    product: Product,
    sold_out: bool,
    /// Of the first event since the product was not on the shelf, if that is in this batch.
    first_seq: i64,
    changed_seq: i64,
}

impl Fold for Shelves {
    fn fold(&mut self, event: &Event) {
        let Scope::Room { room_id, room_seq } = &event.scope else { return };
        let seq = bigint(*room_seq);
        let key = |product_id: &ProductId| (room_id.clone(), product_id.clone());
        if let EventData::ProductSet(set) = &event.data {
            self.set(key(&set.product_id), &set.product, set.sold_out, seq);
        } else if let EventData::ProductSoldOut(out) = &event.data {
            self.set(key(&out.product_id), &out.product, true, seq);
        } else if let EventData::ProductRestocked(restocked) = &event.data {
            self.set(key(&restocked.product_id), &restocked.product, false, seq);
        } else if let EventData::ProductRemoved(removed) = &event.data {
            let key = key(&removed.product_id);
            self.set.remove(&key);
            self.placed.remove(&key);
            self.removed.insert(key);
        } else if let EventData::ShelfOrdered(ordered) = &event.data {
            for (product_id, place) in ordered.product_ids.iter().zip(0..) {
                self.placed.insert(key(product_id), (seq, place));
            }
        }
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let Self { removed, set, placed } = std::mem::take(self);
        let mut writes = vec![];
        if !removed.is_empty() {
            writes.push(with_keys(Write::new(DELETE, app), &removed.iter().collect()));
        }
        if !set.is_empty() {
            let products = || set.values().map(|row| &row.product);
            let write = with_keys(Write::new(UPSERT, app), &set.keys().collect())
                .with(products().map(|product| &*product.title).collect::<TextColumn>())
                .with(products().map(|product| bigint(product.price_cents)).collect::<Vec<_>>())
                .with(products().map(|product| product.stock.map(i64::from)).collect::<Vec<_>>())
                .with(set.values().map(|row| row.sold_out).collect::<Vec<_>>())
                .with(set.values().map(|row| row.first_seq).collect::<Vec<_>>())
                .with(set.values().map(|row| row.changed_seq).collect::<Vec<_>>());
            writes.push(write.changing(set.len()));
        }
        if !placed.is_empty() {
            let write = with_keys(Write::new(PLACE, app), &placed.keys().collect())
                .with(placed.values().map(|(seq, _)| *seq).collect::<Vec<_>>())
                .with(placed.values().map(|(_, place)| *place).collect::<Vec<_>>());
            writes.push(write.changing(placed.len()));
        }
        writes
    }
}

impl Shelves {
    fn set(&mut self, key: Key, product: &Product, sold_out: bool, seq: i64) {
        let first_seq = self.set.get(&key).map_or(seq, |row| row.first_seq);
        let row = Row { product: product.clone(), sold_out, first_seq, changed_seq: seq };
        self.set.insert(key, row);
    }
}

fn with_keys(write: Write, keys: &BTreeSet<&Key>) -> Write {
    write
        .with(keys.iter().map(|(room_id, _)| room_id.as_str()).collect::<TextColumn>())
        .with(keys.iter().map(|(_, product_id)| product_id.as_str()).collect::<TextColumn>())
}

// One that came and went in the same batch has no row.
const DELETE: &str = "
    DELETE FROM shelf USING unnest($2::text[], $3::text[]) AS gone (room_id, product_id)
    WHERE shelf.app = $1 AND shelf.room_id = gone.room_id AND shelf.product_id = gone.product_id";

// A known product keeps its place.
const UPSERT: &str = "
    INSERT INTO shelf (app, room_id, product_id, title, price_cents, stock, sold_out, placed_seq,
        place, changed_seq)
    SELECT $1, room_id, product_id, title, price_cents, stock, sold_out, first_seq, 0, changed_seq
    FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::boolean[],
        $8::bigint[], $9::bigint[])
        AS new (room_id, product_id, title, price_cents, stock, sold_out, first_seq, changed_seq)
    ON CONFLICT (app, room_id, product_id) DO UPDATE SET
        title = excluded.title, price_cents = excluded.price_cents, stock = excluded.stock,
        sold_out = excluded.sold_out, changed_seq = excluded.changed_seq";

const PLACE: &str = "
    UPDATE shelf SET placed_seq = placed.seq, place = placed.place
    FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])
        AS placed (room_id, product_id, seq, place)
    WHERE shelf.app = $1 AND shelf.room_id = placed.room_id
        AND shelf.product_id = placed.product_id";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::room::order_shelf::ShelfOrdered;
    use domain::room::remove_product::ProductRemoved;
    use domain::room::set_product::ProductSet;
    use domain::sample;

    fn event(room_seq: u64, data: EventData) -> Event {
        let scope = Scope::Room { room_id: sample::room_id(), room_seq };
        Event { scope, data, ..sample::events()[0].clone() }
    }

    fn tea() -> (ProductId, Product) {
        let product = Product { title: "Tea".into(), price_cents: 1, stock: None };
        ("tea".parse().unwrap(), product)
    }

    fn set(room_seq: u64) -> Event {
        let (product_id, mut product) = tea();
        product.price_cents = room_seq;
        let set = ProductSet { product_id, product, is_new: false, sold_out: false };
        event(room_seq, EventData::ProductSet(set))
    }

    #[test]
    fn a_product_stands_as_it_was_set_last() {
        let mut shelves = Shelves::default();
        shelves.fold(&set(3));
        shelves.fold(&set(5));

        let rows = shelves.set.values();
        let rows: Vec<_> =
            rows.map(|row| (row.product.price_cents, row.first_seq, row.changed_seq)).collect();
        assert_eq!(rows, [(5, 3, 5)]);
    }

    #[test]
    fn who_comes_back_after_leaving_stands_where_a_new_one_does() {
        let (product_id, product) = tea();
        let ordered = ShelfOrdered { product_ids: vec![product_id.clone()] };
        let removed = ProductRemoved { product_id, product, sold_out: false };
        let mut shelves = Shelves::default();
        shelves.fold(&set(3));
        shelves.fold(&event(4, EventData::ShelfOrdered(ordered)));
        shelves.fold(&event(5, EventData::ProductRemoved(removed)));
        shelves.fold(&set(6));

        assert_eq!(shelves.set.values().map(|row| row.first_seq).collect::<Vec<_>>(), [6]);
        assert!(shelves.placed.is_empty());
        assert_eq!(shelves.take(&"shop".parse().unwrap()).len(), 2);
    }
}
