//! `product_history`: price and stock of each product, as facts with a time.
//!
//! Reads `product_set`, `product_removed`, `product_sold_out` and `product_restocked`. Writes
//! `product_history` (`migrations/sql/models/product_history.sql`).

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, ProductId, RoomId};
use domain::room::shelf::Product;

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The changes of a batch.
#[derive(Debug, Default)]
pub(crate) struct ProductHistory(Vec<Fact>);

#[derive(Debug)]
struct Fact {
    room_id: RoomId,
    product_id: ProductId,
    room_seq: i64,
    at: i64,
    product: Product,
    sold_out: bool,
    removed: bool,
}

impl Fold for ProductHistory {
    fn fold(&mut self, event: &Event) {
        let Scope::Room { room_id, room_seq } = &event.scope else { return };
        let Some(fact) = fact(&event.data) else { return };
        let (product_id, product, sold_out, removed) = fact;
        self.0.push(Fact {
            room_id: room_id.clone(),
            product_id: product_id.clone(),
            room_seq: bigint(*room_seq),
            at: event.at.0,
            product: product.clone(),
            sold_out,
            removed,
        });
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let facts = std::mem::take(&mut self.0);
        if facts.is_empty() {
            return vec![];
        }
        let products = || facts.iter().map(|fact| &fact.product);
        let write = Write::new(INSERT, app)
            .with(facts.iter().map(|fact| fact.room_id.as_str()).collect::<TextColumn>())
            .with(facts.iter().map(|fact| fact.product_id.as_str()).collect::<TextColumn>())
            .with(facts.iter().map(|fact| fact.room_seq).collect::<Vec<_>>())
            .with(facts.iter().map(|fact| fact.at).collect::<Vec<_>>())
            .with(products().map(|product| &*product.title).collect::<TextColumn>())
            .with(products().map(|product| bigint(product.price_cents)).collect::<Vec<_>>())
            .with(products().map(|product| product.stock.map(i64::from)).collect::<Vec<_>>())
            .with(facts.iter().map(|fact| fact.sold_out).collect::<Vec<_>>())
            .with(facts.iter().map(|fact| fact.removed).collect::<Vec<_>>());
        vec![write.changing(facts.len())]
    }
}

/// Which product, how it is shown from now on, whether it is sold out, and whether it is gone.
fn fact(data: &EventData) -> Option<(&ProductId, &Product, bool, bool)> {
    if let EventData::ProductSet(set) = data {
        Some((&set.product_id, &set.product, set.sold_out, false))
    } else if let EventData::ProductSoldOut(out) = data {
        Some((&out.product_id, &out.product, true, false))
    } else if let EventData::ProductRestocked(restocked) = data {
        Some((&restocked.product_id, &restocked.product, false, false))
    } else if let EventData::ProductRemoved(removed) = data {
        Some((&removed.product_id, &removed.product, removed.sold_out, true))
    } else {
        None
    }
}

const INSERT: &str = "
    INSERT INTO product_history
        (app, room_id, product_id, room_seq, at, title, price_cents, stock, sold_out, removed)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],
        $7::bigint[], $8::bigint[], $9::boolean[], $10::boolean[])";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn every_change_of_a_product_is_a_row() {
        let mut history = ProductHistory::default();
        for event in &sample::events() {
            history.fold(event);
        }

        let facts: Vec<(bool, bool)> =
            history.0.iter().map(|fact| (fact.sold_out, fact.removed)).collect();
        assert_eq!(facts, [(false, false), (true, false), (false, false), (false, true)]);
        assert_eq!(history.take(&"shop".parse().unwrap()).len(), 1);
        assert!(history.0.is_empty());
    }
}
