//! `purchase`: what the shop has sold, each order once, and the sums of each product.
//!
//! Reads `product_purchased`. Writes `purchase` and `product_sale`
//! (`migrations/sql/models/purchase.sql`).

use std::collections::BTreeMap;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, OrderId, ProductId, RoomId, UserId};
use domain::room::record_purchase::ProductPurchased;

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The orders of a batch, each as it came first.
#[derive(Debug, Default)]
pub(crate) struct Purchases(BTreeMap<OrderId, Purchase>);

#[derive(Debug)]
struct Purchase {
    room_id: RoomId,
    room_seq: i64,
    at: i64,
    user_id: UserId,
    purchased: ProductPurchased,
}

impl Fold for Purchases {
    fn fold(&mut self, event: &Event) {
        let (Scope::Room { room_id, room_seq }, EventData::ProductPurchased(purchased)) =
            (&event.scope, &event.data)
        else {
            return;
        };
        self.0.entry(purchased.order_id.clone()).or_insert_with(|| Purchase {
            room_id: room_id.clone(),
            room_seq: bigint(*room_seq),
            at: event.at.0,
            user_id: event.actor.user.clone(),
            purchased: purchased.clone(),
        });
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let purchases = std::mem::take(&mut self.0);
        if purchases.is_empty() {
            return vec![];
        }
        let rows = || purchases.values();
        let numbers =
            |of: fn(&Purchase) -> i64| -> Vec<i64> { purchases.values().map(of).collect() };
        let mut spotlights = TextColumn::default();
        for row in rows() {
            spotlights.push_option(row.purchased.spotlight.as_ref().map(ProductId::as_str));
        }
        let write = Write::new(INSERT, app)
            .with(purchases.keys().map(OrderId::as_str).collect::<TextColumn>())
            .with(rows().map(|row| row.room_id.as_str()).collect::<TextColumn>())
            .with(numbers(|row| row.room_seq))
            .with(numbers(|row| row.at))
            .with(rows().map(|row| row.user_id.as_str()).collect::<TextColumn>())
            .with(rows().map(|row| row.purchased.product_id.as_str()).collect::<TextColumn>())
            .with(numbers(|row| i64::from(row.purchased.quantity)))
            .with(numbers(|row| bigint(row.purchased.amount_cents)))
            .with(spotlights);
        vec![write]
    }
}

// The sums follow from the rows that are new: an order that was there counts nothing.
const INSERT: &str = "
    WITH come AS (
        INSERT INTO purchase (app, order_id, room_id, room_seq, at, user_id, product_id, quantity,
            amount_cents, spotlight)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],
            $7::text[], $8::bigint[], $9::bigint[], $10::text[])
        ON CONFLICT (app, order_id) DO NOTHING
        RETURNING room_id, product_id, quantity, amount_cents, spotlight
    )
    INSERT INTO product_sale AS old
        (app, room_id, product_id, orders, sold, revenue_cents, sold_in_spotlight)
    SELECT $1, room_id, product_id, count(*), sum(quantity)::bigint,
        least(sum(amount_cents), 9223372036854775807)::bigint,
        coalesce(sum(quantity) FILTER (WHERE spotlight = product_id), 0)::bigint
    FROM come GROUP BY room_id, product_id
    ON CONFLICT (app, room_id, product_id) DO UPDATE SET
        orders = old.orders + excluded.orders,
        sold = old.sold + excluded.sold,
        revenue_cents = matinee.saturating_add(old.revenue_cents, excluded.revenue_cents),
        sold_in_spotlight = old.sold_in_spotlight + excluded.sold_in_spotlight";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn an_order_counts_as_it_came_first() {
        let mut purchases = Purchases::default();
        let events = sample::events().into_iter();
        let mut events =
            events.filter(|event| matches!(event.data, EventData::ProductPurchased(_)));
        let mut event = events.next().unwrap();
        purchases.fold(&event);
        let EventData::ProductPurchased(sold) = &mut event.data else { unreachable!() };
        let first = sold.quantity;
        sold.quantity += 1;
        purchases.fold(&event);

        let kept: Vec<u32> = purchases.0.values().map(|row| row.purchased.quantity).collect();
        assert_eq!(kept, [first]);
        assert_eq!(purchases.take(&"shop".parse().unwrap()).len(), 1);
    }
}
