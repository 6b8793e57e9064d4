//! `SendGift` → `gift_sent`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::coins::Coins;
use crate::event::EventData;
use crate::ids::GiftId;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::may_send;
use crate::room::state::Room;
use crate::state::{AppState, Context};

/// For everybody who is not muted, while the show is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendGift {
    /// Which gift of the catalogue.
    pub gift_id: GiftId,
    /// How many.
    pub count: u32,
    /// The price of one as the sender saw it: if it has changed, the command is refused.
    #[serde(default)]
    pub unit_price: Option<Coins>,
}

/// The gift as it was in the catalogue at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftSent {
    /// Which gift.
    pub gift_id: GiftId,
    /// Its name then.
    pub name: Arc<str>,
    /// How many.
    pub count: u32,
    /// The price of one then.
    pub unit_price: Coins,
    /// `count` times `unit_price`.
    pub amount: Coins,
}

pub(crate) fn send_gift(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    command: SendGift,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SendGift { gift_id, count, unit_price: seen } = command;
    may_send(room, actor, context.now)?;
    in_range("count", u64::from(count), 1, u64::from(context.limits.gift_count_max))?;
    let Some(gift) = app.gifts.get(&gift_id).filter(|gift| !gift.retired) else {
        return Err(Rejection::GiftNotFound { gift_id });
    };
    let unit_price = gift.unit_price;
    if let Some(seen) = seen.filter(|seen| *seen != unit_price) {
        return Err(Rejection::PriceChanged { price: unit_price, seen });
    }
    let Some(amount) = unit_price.times(count) else {
        let (value, max) = (u64::from(count), Coins::MAX.0 / unit_price.0);
        return Err(Rejection::OutOfRange { field: "count".into(), value, min: 1, max });
    };
    let name = gift.name.clone();
    Ok(vec![EventData::GiftSent(GiftSent { gift_id, name, count, unit_price, amount })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::define_gift::GiftDefined;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, viewer};

    fn rose(unit_price: u64, retired: bool) -> EventData {
        EventData::GiftDefined(GiftDefined {
            gift_id: "rose".parse().unwrap(),
            name: "Rose".into(),
            unit_price: Coins(unit_price),
            retired,
            catalogue_version: 1,
        })
    }

    fn send(count: u32, seen: Option<u64>) -> RoomCommand {
        let gift_id = "rose".parse().unwrap();
        RoomCommand::SendGift(SendGift { gift_id, count, unit_price: seen.map(Coins) })
    }

    fn given(unit_price: u64) -> Given {
        Given::room().and([rose(unit_price, false)])
    }

    #[test]
    fn a_gift_is_recorded_with_its_price() {
        let sent = EventData::GiftSent(GiftSent {
            gift_id: "rose".parse().unwrap(),
            name: "Rose".into(),
            count: 3,
            unit_price: Coins(100),
            amount: Coins(300),
        });
        given(100).when(viewer("ann"), send(3, None)).then([sent.clone()]);
        given(100).when(viewer("ann"), send(3, Some(100))).then([sent]);
    }

    #[test]
    fn nobody_pays_a_price_that_they_did_not_see() {
        given(100).when(viewer("ann"), send(3, Some(99))).then_refused("price_changed");
    }

    #[test]
    fn a_count_is_1_to_9999() {
        given(0).when(viewer("ann"), send(1, None)).then_accepted();
        given(0).when(viewer("ann"), send(9_999, None)).then_accepted();
        given(0).when(viewer("ann"), send(10_000, None)).then_refused("out_of_range");
        given(0).when(viewer("ann"), send(0, None)).then_refused("out_of_range");
    }

    #[test]
    fn an_amount_that_no_browser_holds_exactly_is_refused() {
        given(Coins::MAX.0).when(viewer("ann"), send(1, None)).then_accepted();
        given(Coins::MAX.0).when(viewer("ann"), send(2, None)).then_refused("out_of_range");
    }

    #[test]
    fn only_gifts_of_the_catalogue_are_sent() {
        Given::room().when(viewer("ann"), send(1, None)).then_refused("gift_not_found");
        let retired = Given::room().and([rose(1, true)]);
        retired.when(viewer("ann"), send(1, None)).then_refused("gift_not_found");
    }
}
