//! `RemoveProduct` → `product_removed`: a product leaves the shelf, and the spotlight with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::ProductId;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::set_spotlight::SpotlightSet;
use crate::room::shelf::{Product, RecordedProduct};
use crate::room::state::Room;

/// For those who run the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveProduct {
    /// Which product.
    pub product_id: ProductId,
}

/// It is no longer on sale here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductRemoved {
    /// Which product.
    pub product_id: ProductId,
    /// As the shelf showed it last.
    #[serde(deserialize_with = "RecordedProduct::deserialize")]
    pub product: Product,
    /// Whether it was sold out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sold_out: bool,
}

/// The window in the spotlight ends first: what is explained is on the shelf at every moment.
pub(crate) fn remove_product(
    room: &Room,
    actor: &Actor,
    command: RemoveProduct,
) -> Result<Vec<EventData>, Rejection> {
    let RemoveProduct { product_id } = command;
    may_run(room, actor)?;
    let Some(shelved) = room.shelf.get(&product_id) else { return Ok(vec![]) };
    let mut events = Vec::with_capacity(2);
    if room.spotlight.as_ref() == Some(&product_id) {
        let ended = SpotlightSet { product_id: None, product: None };
        events.push(EventData::SpotlightSet(ended));
    }
    let (product, sold_out) = (shelved.product.clone(), shelved.sold_out);
    events.push(EventData::ProductRemoved(ProductRemoved { product_id, product, sold_out }));
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::set_product::ProductSet;
    use crate::state::testing::{Given, host, viewer};

    fn tea() -> Product {
        Product { title: "Tea".into(), price_cents: 100, stock: None }
    }

    fn remove() -> RoomCommand {
        RoomCommand::RemoveProduct(RemoveProduct { product_id: "tea".parse().unwrap() })
    }

    fn removed() -> EventData {
        let product_id = "tea".parse().unwrap();
        let removed = ProductRemoved { product_id, product: tea(), sold_out: false };
        EventData::ProductRemoved(removed)
    }

    fn lit(product_id: Option<&str>) -> EventData {
        let product = product_id.map(|_| tea());
        let product_id = product_id.map(|id| id.parse().unwrap());
        EventData::SpotlightSet(SpotlightSet { product_id, product })
    }

    fn given() -> Given {
        let product_id = "tea".parse().unwrap();
        let set = ProductSet { product_id, product: tea(), is_new: true, sold_out: false };
        Given::room().and_in_room([EventData::ProductSet(set)])
    }

    #[test]
    fn a_product_leaves_once_and_the_spotlight_before_it() {
        given().when(host(), remove()).then([removed()]);
        given().when(viewer("ann"), remove()).then_refused("not_allowed");
        given().and_in_room([removed()]).when(host(), remove()).then([]);
        let explained = || given().and_in_room([lit(Some("tea"))]);
        explained().when(host(), remove()).then([lit(None), removed()]);
    }

    #[test]
    fn who_is_off_the_shelf_makes_room_for_another() {
        let full = |given: Given| given.limits(|limits| limits.products_per_room_max = 1);
        let cup = || {
            let product_id = "cup".parse().unwrap();
            let set = crate::room::set_product::SetProduct { product_id, product: tea() };
            RoomCommand::SetProduct(set)
        };
        full(given()).when(host(), cup()).then_refused("too_many_products");
        full(given().and_in_room([removed()])).when(host(), cup()).then_accepted();
    }
}
