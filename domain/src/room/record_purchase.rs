//! `RecordPurchase` → `product_purchased`: the shop has sold something to a viewer.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::coins::Coins;
use crate::event::EventData;
use crate::ids::{LogSeq, OrderId, ProductId};
use crate::rejection::{Rejection, in_range};
use crate::room::permission::is_trusted;
use crate::room::state::Room;
use crate::state::{AppState, Context};
use crate::text;

/// Only from the merchant's servers, in the buyer's name. An order is recorded once, whatever the
/// command's id; also when the show is over, because payments take their time. An order counts in
/// levels and heat as often as it is in the log, so one that may be in it already waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPurchase {
    /// The shop's order: one product. An order of several has an id for each.
    pub order_id: OrderId,
    /// A product of the shelf.
    pub product_id: ProductId,
    /// How many.
    pub quantity: u32,
    /// What was paid for all of them, in the smallest unit of the merchant's currency.
    pub amount_cents: u64,
    /// The name of a product that has left the shelf meanwhile.
    #[serde(default)]
    pub title: Option<Arc<str>>,
    /// Set by the gateway: the read model has this order already.
    #[serde(default)]
    #[schemars(skip)]
    pub known: bool,
    /// Set by the gateway: how far the read model had come; 0 if it did not answer.
    #[serde(default)]
    #[schemars(skip)]
    pub as_of: LogSeq,
}

/// It was sold, and this is what was shown at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductPurchased {
    /// The shop's order.
    pub order_id: OrderId,
    /// Which product.
    pub product_id: ProductId,
    /// Its name then.
    pub title: Arc<str>,
    /// The price on the shelf then; absent if it had left the shelf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<u64>,
    /// How many.
    pub quantity: u32,
    /// What was paid for all of them.
    pub amount_cents: u64,
    /// The product that was being explained then, this one or another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spotlight: Option<ProductId>,
}

pub(crate) fn record_purchase(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    command: RecordPurchase,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let RecordPurchase { order_id, product_id, quantity, amount_cents, title, known, as_of } =
        command;
    is_trusted(actor)?;
    let max = context.limits.purchase_quantity_max;
    in_range("quantity", u64::from(quantity), 1, u64::from(max))?;
    in_range("amount_cents", amount_cents, 0, Coins::MAX.0)?;
    if let Some(title) = &title {
        text::check("title", title, context.limits.product_title_bytes_max, true)?;
    }
    if known || app.recent_orders.get(&order_id).is_some() {
        return Ok(vec![]);
    }
    if !app.recent_orders.is_continued_by(as_of) {
        return Err(Rejection::ReadModelsBehind);
    }
    let shelved = room.shelf.get(&product_id);
    let on_the_shelf = shelved.map(|shelved| shelved.product.title.clone());
    let Some(title) = on_the_shelf.or(title) else {
        return Err(Rejection::ProductNotFound { product_id });
    };
    let price_cents = shelved.map(|shelved| shelved.product.price_cents);
    let spotlight = room.spotlight.clone();
    Ok(vec![EventData::ProductPurchased(ProductPurchased {
        order_id,
        product_id,
        title,
        price_cents,
        quantity,
        amount_cents,
        spotlight,
    })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::recent::REMEMBERED_MAX;
    use crate::command::RoomCommand;
    use crate::room::set_product::ProductSet;
    use crate::room::set_spotlight::SpotlightSet;
    use crate::room::shelf::Product;
    use crate::state::testing::{Given, admin, host, viewer};

    fn tea() -> Product {
        Product { title: "Tea".into(), price_cents: 100, stock: None }
    }

    fn given() -> Given {
        let product_id: ProductId = "tea".parse().unwrap();
        let lit = SpotlightSet { product_id: Some(product_id.clone()), product: Some(tea()) };
        let set = ProductSet { product_id, product: tea(), is_new: true, sold_out: false };
        Given::room().and_in_room([EventData::ProductSet(set), EventData::SpotlightSet(lit)])
    }

    fn purchase() -> RecordPurchase {
        RecordPurchase {
            order_id: "order-1".parse().unwrap(),
            product_id: "tea".parse().unwrap(),
            quantity: 2,
            amount_cents: 190,
            title: None,
            known: false,
            as_of: LogSeq(0),
        }
    }

    fn record(purchase: RecordPurchase) -> RoomCommand {
        RoomCommand::RecordPurchase(purchase)
    }

    fn purchased() -> EventData {
        EventData::ProductPurchased(ProductPurchased {
            order_id: "order-1".parse().unwrap(),
            product_id: "tea".parse().unwrap(),
            title: "Tea".into(),
            price_cents: Some(100),
            quantity: 2,
            amount_cents: 190,
            spotlight: Some("tea".parse().unwrap()),
        })
    }

    #[test]
    fn an_order_is_recorded_once_with_what_was_shown() {
        given().when(admin(), record(purchase())).then([purchased()]);
        let buyer = Actor { via: Some("shop".parse().unwrap()), ..viewer("ann") };
        given().when(buyer, record(purchase())).then([purchased()]);
        let recorded = || given().and_in_room([purchased()]);
        recorded().when(admin(), record(purchase())).then([]);
        given().when(admin(), record(RecordPurchase { known: true, ..purchase() })).then([]);
    }

    #[test]
    fn an_order_that_may_have_been_forgotten_waits_for_the_read_model() {
        let order = |n: usize| format!("sale-{n}").parse().unwrap();
        let sold = |order_id| {
            let EventData::ProductPurchased(sold) = purchased() else { unreachable!() };
            EventData::ProductPurchased(ProductPurchased { order_id, ..sold })
        };
        let again = |as_of| record(RecordPurchase { order_id: order(0), as_of, ..purchase() });
        // `room_created` and what the shelf shows are the first three commits.
        let first = LogSeq(4);
        let many = |count| given().and_in_room((0..count).map(|n| sold(order(n))));
        many(REMEMBERED_MAX).when(admin(), again(LogSeq(0))).then([]);
        let forgotten = || many(REMEMBERED_MAX + 1);
        forgotten().when(admin(), again(LogSeq(0))).then_refused("read_models_behind");
        forgotten().when(admin(), again(LogSeq(3))).then_refused("read_models_behind");
        let known = RecordPurchase { order_id: order(0), known: true, ..purchase() };
        forgotten().when(admin(), record(known)).then([]);
        let new = RecordPurchase { as_of: first, ..purchase() };
        forgotten().when(admin(), record(new)).then([purchased()]);
        forgotten().when(viewer("ann"), again(LogSeq(0))).then_refused("not_allowed");
    }

    #[test]
    fn only_the_merchants_servers_say_what_was_sold() {
        given().when(viewer("ann"), record(purchase())).then_refused("not_allowed");
        given().when(host(), record(purchase())).then_refused("not_allowed");
    }

    #[test]
    fn a_product_that_has_left_the_shelf_needs_a_name() {
        let cup = || RecordPurchase { product_id: "cup".parse().unwrap(), ..purchase() };
        given().when(admin(), record(cup())).then_refused("product_not_found");
        let named = RecordPurchase { title: Some("Cup".into()), ..cup() };
        given().when(admin(), record(named)).then_accepted();
    }

    #[test]
    fn a_quantity_is_1_to_9999_and_an_amount_stays_exact_in_a_browser() {
        let quantity = |quantity| record(RecordPurchase { quantity, ..purchase() });
        given().when(admin(), quantity(0)).then_refused("out_of_range");
        given().when(admin(), quantity(9_999)).then_accepted();
        given().when(admin(), quantity(10_000)).then_refused("out_of_range");
        let amount = |amount_cents| record(RecordPurchase { amount_cents, ..purchase() });
        given().when(admin(), amount(0)).then_accepted();
        given().when(admin(), amount(Coins::MAX.0)).then_accepted();
        given().when(admin(), amount(Coins::MAX.0 + 1)).then_refused("out_of_range");
    }
}
