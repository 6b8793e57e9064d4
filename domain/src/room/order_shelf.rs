//! `OrderShelf` → `shelf_ordered`: in which order the products are shown.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::ProductId;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::state::Room;

/// For those who run the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderShelf {
    /// Every product of the shelf, each once, first things first.
    pub product_ids: Vec<ProductId>,
}

/// The shelf shows them so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelfOrdered {
    /// From the first place to the last.
    pub product_ids: Vec<ProductId>,
}

/// An order that leaves a product out would hide what somebody has just put there.
pub(crate) fn order_shelf(
    room: &Room,
    actor: &Actor,
    command: OrderShelf,
) -> Result<Vec<EventData>, Rejection> {
    let OrderShelf { product_ids } = command;
    may_run(room, actor)?;
    let mut named = HashSet::with_capacity(product_ids.len());
    for product_id in &product_ids {
        if room.shelf.get(product_id).is_none() {
            return Err(Rejection::ProductNotFound { product_id: product_id.clone() });
        }
        if !named.insert(product_id) {
            return Err(Rejection::ShelfOrderIncomplete { product_id: product_id.clone() });
        }
    }
    let left_out = room.shelf.iter().find(|shelved| !named.contains(&shelved.product_id));
    if let Some(left_out) = left_out {
        let product_id = left_out.product_id.clone();
        return Err(Rejection::ShelfOrderIncomplete { product_id });
    }
    let stands = room.shelf.iter().map(|shelved| &shelved.product_id);
    if stands.eq(&product_ids) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::ShelfOrdered(ShelfOrdered { product_ids })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::set_product::ProductSet;
    use crate::room::shelf::Product;
    use crate::state::testing::{Given, assistant, viewer};

    fn ids(ids: &[&str]) -> Vec<ProductId> {
        ids.iter().map(|id| id.parse().unwrap()).collect()
    }

    fn order(products: &[&str]) -> RoomCommand {
        RoomCommand::OrderShelf(OrderShelf { product_ids: ids(products) })
    }

    fn ordered(products: &[&str]) -> EventData {
        EventData::ShelfOrdered(ShelfOrdered { product_ids: ids(products) })
    }

    fn given() -> Given {
        let product = Product { title: "Tea".into(), price_cents: 100, stock: None };
        let set = |product_id: ProductId| {
            let product = product.clone();
            EventData::ProductSet(ProductSet { product_id, product, is_new: true, sold_out: false })
        };
        Given::room().and_in_room(ids(&["pot", "tea", "cup"]).into_iter().map(set))
    }

    #[test]
    fn an_order_names_each_product_once() {
        let cup_first = ["cup", "pot", "tea"];
        given().when(assistant(), order(&cup_first)).then([ordered(&cup_first)]);
        given().when(assistant(), order(&["pot", "tea", "cup"])).then([]);
        let so = || given().and_in_room([ordered(&cup_first)]);
        so().when(assistant(), order(&cup_first)).then([]);
        given().when(assistant(), order(&["cup", "pot"])).then_refused("shelf_order_incomplete");
        let twice = order(&["cup", "pot", "tea", "cup"]);
        given().when(assistant(), twice).then_refused("shelf_order_incomplete");
        let unknown = order(&["cup", "pot", "tea", "jar"]);
        given().when(assistant(), unknown).then_refused("product_not_found");
        given().when(viewer("ann"), order(&cup_first)).then_refused("not_allowed");
        Given::room().when(assistant(), order(&[])).then([]);
    }
}
