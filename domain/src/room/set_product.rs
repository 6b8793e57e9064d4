//! `SetProduct` → `product_set`: a product comes onto the shelf, or changes there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::coins::Coins;
use crate::event::EventData;
use crate::ids::ProductId;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::may_run;
use crate::room::shelf::{Product, RecordedProduct};
use crate::room::state::Room;
use crate::state::Context;
use crate::text;

/// For those who run the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetProduct {
    /// Which product.
    pub product_id: ProductId,
    /// What the shelf shows.
    pub product: Product,
}

/// The shelf shows it so: price and stock are facts with a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct ProductSet {
    pub product_id: ProductId,
    #[serde(deserialize_with = "RecordedProduct::deserialize")]
    pub product: Product,
    /// It was not on the shelf before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_new: bool,
    /// It was sold out, and still is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sold_out: bool,
}

pub(crate) fn set_product(
    room: &Room,
    actor: &Actor,
    command: SetProduct,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SetProduct { product_id, product } = command;
    may_run(room, actor)?;
    text::check("title", &product.title, context.limits.product_title_bytes_max, true)?;
    in_range("price_cents", product.price_cents, 0, Coins::MAX.0)?;
    let known = room.shelf.get(&product_id);
    let max = context.limits.products_per_room_max;
    if known.is_none() && max as usize <= room.shelf.len() {
        return Err(Rejection::TooManyProducts { max });
    }
    if known.is_some_and(|known| known.product == product) {
        return Ok(vec![]);
    }
    let (is_new, sold_out) = (known.is_none(), known.is_some_and(|known| known.sold_out));
    Ok(vec![EventData::ProductSet(ProductSet { product_id, product, is_new, sold_out })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, assistant, viewer};

    fn tea(id: &str, price_cents: u64) -> (ProductId, Product) {
        (id.parse().unwrap(), Product { title: "Tea".into(), price_cents, stock: Some(3) })
    }

    fn set((product_id, product): (ProductId, Product)) -> RoomCommand {
        RoomCommand::SetProduct(SetProduct { product_id, product })
    }

    fn was_set((product_id, product): (ProductId, Product), is_new: bool) -> EventData {
        EventData::ProductSet(ProductSet { product_id, product, is_new, sold_out: false })
    }

    #[test]
    fn a_change_is_recorded_and_the_same_again_is_not() {
        Given::room()
            .when(assistant(), set(tea("tea", 100)))
            .then([was_set(tea("tea", 100), true)]);
        let given = || Given::room().and_in_room([was_set(tea("tea", 100), true)]);
        given().when(assistant(), set(tea("tea", 90))).then([was_set(tea("tea", 90), false)]);
        given().when(assistant(), set(tea("tea", 100))).then([]);
        given().when(viewer("ann"), set(tea("tea", 1))).then_refused("not_allowed");
    }

    #[test]
    fn a_shelf_has_a_limited_number_of_products() {
        let given = || {
            let given = Given::room().limits(|limits| limits.products_per_room_max = 1);
            given.and_in_room([was_set(tea("tea", 100), true)])
        };
        given().when(assistant(), set(tea("tea", 90))).then_accepted();
        given().when(assistant(), set(tea("cup", 90))).then_refused("too_many_products");
    }

    #[test]
    fn a_price_stays_exact_in_a_browser() {
        Given::room().when(assistant(), set(tea("tea", Coins::MAX.0))).then_accepted();
        let above = set(tea("tea", Coins::MAX.0 + 1));
        Given::room().when(assistant(), above).then_refused("out_of_range");
    }
}
