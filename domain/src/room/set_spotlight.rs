//! `SetSpotlight` → `spotlight_set`: the product that the host is explaining.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::ProductId;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::shelf::{Product, recorded_product};
use crate::room::state::Room;

/// For those who run the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSpotlight {
    /// A product of the shelf, or none, which must be said: a forgotten field ends no window.
    #[serde(deserialize_with = "Option::deserialize")]
    pub product_id: Option<ProductId>,
}

/// The host explains this product from here on; a window ends where the next begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotlightSet {
    /// Which product; none ends the window.
    pub product_id: Option<ProductId>,
    /// The product as the shelf showed it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "recorded_product")]
    pub product: Option<Product>,
}

pub(crate) fn set_spotlight(
    room: &Room,
    actor: &Actor,
    command: SetSpotlight,
) -> Result<Vec<EventData>, Rejection> {
    let SetSpotlight { product_id } = command;
    may_run(room, actor)?;
    if product_id == room.spotlight {
        return Ok(vec![]);
    }
    let product = match &product_id {
        None => None,
        Some(id) => match room.shelf.get(id) {
            Some(shelved) => Some(shelved.product.clone()),
            None => return Err(Rejection::ProductNotFound { product_id: id.clone() }),
        },
    };
    Ok(vec![EventData::SpotlightSet(SpotlightSet { product_id, product })])
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

    fn set(product: Option<&str>) -> RoomCommand {
        let product_id = product.map(|id| id.parse().unwrap());
        RoomCommand::SetSpotlight(SetSpotlight { product_id })
    }

    fn was_set(product: Option<&str>) -> EventData {
        let product_id = product.map(|id| id.parse().unwrap());
        EventData::SpotlightSet(SpotlightSet { product_id, product: product.map(|_| tea()) })
    }

    #[test]
    fn the_spotlight_is_on_a_product_of_the_shelf_or_on_none() {
        let given = || {
            let product_id = "tea".parse().unwrap();
            let set = ProductSet { product_id, product: tea(), is_new: true, sold_out: false };
            Given::room().and_in_room([EventData::ProductSet(set)])
        };
        given().when(host(), set(Some("tea"))).then([was_set(Some("tea"))]);
        given().when(host(), set(None)).then([]);
        given().when(host(), set(Some("cup"))).then_refused("product_not_found");
        given().when(viewer("ann"), set(Some("tea"))).then_refused("not_allowed");
        let lit = || given().and_in_room([was_set(Some("tea"))]);
        lit().when(host(), set(Some("tea"))).then([]);
        lit().when(host(), set(None)).then([was_set(None)]);
    }
}
