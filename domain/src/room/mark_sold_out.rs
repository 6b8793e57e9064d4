//! `MarkSoldOut` → `product_sold_out`, or → `product_restocked`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::ProductId;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::shelf::{Product, RecordedProduct};
use crate::room::state::Room;

/// For those who run the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkSoldOut {
    /// A product of the shelf.
    pub product_id: ProductId,
    /// False puts it on sale again.
    pub sold_out: bool,
}

/// It stays on the shelf and cannot be bought now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSoldOut {
    /// Which product.
    pub product_id: ProductId,
    /// As the shelf showed it then.
    #[serde(deserialize_with = "RecordedProduct::deserialize")]
    pub product: Product,
}

/// It can be bought again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductRestocked {
    /// Which product.
    pub product_id: ProductId,
    /// As the shelf showed it then.
    #[serde(deserialize_with = "RecordedProduct::deserialize")]
    pub product: Product,
}

pub(crate) fn mark_sold_out(
    room: &Room,
    actor: &Actor,
    command: MarkSoldOut,
) -> Result<Vec<EventData>, Rejection> {
    let MarkSoldOut { product_id, sold_out } = command;
    may_run(room, actor)?;
    let Some(shelved) = room.shelf.get(&product_id) else {
        return Err(Rejection::ProductNotFound { product_id });
    };
    if shelved.sold_out == sold_out {
        return Ok(vec![]);
    }
    let product = shelved.product.clone();
    Ok(vec![if sold_out {
        EventData::ProductSoldOut(ProductSoldOut { product_id, product })
    } else {
        EventData::ProductRestocked(ProductRestocked { product_id, product })
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::set_product::ProductSet;
    use crate::state::testing::{Given, host, viewer};

    fn tea() -> Product {
        Product { title: "Tea".into(), price_cents: 100, stock: Some(0) }
    }

    fn mark(product: &str, sold_out: bool) -> RoomCommand {
        let product_id = product.parse().unwrap();
        RoomCommand::MarkSoldOut(MarkSoldOut { product_id, sold_out })
    }

    fn set(is_new: bool, sold_out: bool) -> EventData {
        let product_id = "tea".parse().unwrap();
        EventData::ProductSet(ProductSet { product_id, product: tea(), is_new, sold_out })
    }

    #[test]
    fn a_product_is_sold_out_until_it_is_restocked_or_removed() {
        let given = || Given::room().and_in_room([set(true, false)]);
        let product_id: ProductId = "tea".parse().unwrap();
        let out = ProductSoldOut { product_id: product_id.clone(), product: tea() };
        let out = || EventData::ProductSoldOut(out.clone());
        given().when(host(), mark("tea", true)).then([out()]);
        given().when(host(), mark("tea", false)).then([]);
        given().when(host(), mark("cup", true)).then_refused("product_not_found");
        given().when(viewer("ann"), mark("tea", true)).then_refused("not_allowed");

        // A change of the product leaves it sold out, and says so.
        let sold = || given().and_in_room([out(), set(false, true)]);
        sold().when(host(), mark("tea", true)).then([]);
        let restocked = ProductRestocked { product_id, product: tea() };
        sold().when(host(), mark("tea", false)).then([EventData::ProductRestocked(restocked)]);
    }
}
