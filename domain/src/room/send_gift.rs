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
use crate::room::streaks::Combo;
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
    /// The version of the catalogue that the sender saw: if the price has changed since, the command
    /// is refused.
    #[serde(default)]
    pub catalogue_version: Option<u64>,
    /// One of many clicks: the server counts them as a streak.
    #[serde(default)]
    pub combo: bool,
}

impl SendGift {
    /// Some gifts at whatever they cost.
    pub fn plain(gift_id: GiftId, count: u32) -> Self {
        Self { gift_id, count, unit_price: None, catalogue_version: None, combo: false }
    }
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
    /// Its place in a streak, where the sender asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combo: Option<Combo>,
}

pub(crate) fn send_gift(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    command: SendGift,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SendGift { gift_id, count, unit_price: seen, catalogue_version, combo } = command;
    may_send(room, actor, context.now)?;
    in_range("count", u64::from(count), 1, u64::from(context.limits.gift_count_max))?;
    let Some(gift) = app.gifts.get(&gift_id).filter(|gift| !gift.retired) else {
        return Err(Rejection::GiftNotFound { gift_id });
    };
    let unit_price = gift.unit_price;
    if let Some(version) = catalogue_version {
        in_range("catalogue_version", version, 0, app.catalogue_version)?;
        if version < gift.priced_version {
            let (price, catalogue_version) = (unit_price, gift.priced_version);
            return Err(Rejection::CatalogueChanged { price, catalogue_version });
        }
    }
    let running = room.streaks.running(&actor.user, &gift_id, context.now).filter(|_| combo);
    // Who goes on clicking pays the price of the first click, unless they say that they have seen
    // another.
    let paying = running.filter(|_| catalogue_version.is_none()).map(|streak| streak.unit_price);
    if let Some(seen) = seen.or(paying).filter(|seen| *seen != unit_price) {
        return Err(Rejection::PriceChanged { price: unit_price, seen });
    }
    let Some(amount) = unit_price.times(count) else {
        let (value, max) = (u64::from(count), Coins::MAX.0 / unit_price.0);
        return Err(Rejection::OutOfRange { field: "count".into(), value, min: 1, max });
    };
    let name = gift.name.clone();
    let combo = combo.then(|| match running.filter(|streak| streak.unit_price == unit_price) {
        Some(streak) => streak.more(count, context.now),
        None => Combo::first(room.seq + 1, count),
    });
    Ok(vec![EventData::GiftSent(GiftSent { gift_id, name, count, unit_price, amount, combo })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::define_gift::GiftDefined;
    use crate::command::RoomCommand;
    use crate::room::streaks::PAUSE_MAX_MS;
    use crate::state::testing::{Given, viewer};

    fn rose(unit_price: u64, retired: bool) -> EventData {
        let gift_id = "rose".parse().unwrap();
        let plain = GiftDefined::plain(gift_id, "Rose", Coins(unit_price), 1);
        EventData::GiftDefined(GiftDefined { retired, ..plain })
    }

    fn send(count: u32, seen: Option<u64>) -> RoomCommand {
        let gift_id = "rose".parse().unwrap();
        let unit_price = seen.map(Coins);
        RoomCommand::SendGift(SendGift { unit_price, ..SendGift::plain(gift_id, count) })
    }

    /// The gift with another name, price or both, in a later version of the catalogue.
    fn changed(name: &str, unit_price: u64, catalogue_version: u64) -> EventData {
        let (gift_id, unit_price) = ("rose".parse().unwrap(), Coins(unit_price));
        EventData::GiftDefined(GiftDefined::plain(gift_id, name, unit_price, catalogue_version))
    }

    fn having_seen(catalogue_version: u64) -> RoomCommand {
        let plain = SendGift::plain("rose".parse().unwrap(), 1);
        RoomCommand::SendGift(SendGift { catalogue_version: Some(catalogue_version), ..plain })
    }

    fn click(seen: Option<u64>) -> RoomCommand {
        let plain = SendGift::plain("rose".parse().unwrap(), 1);
        RoomCommand::SendGift(SendGift { combo: true, unit_price: seen.map(Coins), ..plain })
    }

    /// The click of a streak in which it is the `count`th.
    fn clicked(streak: u64, count: u64, unit_price: u64) -> EventData {
        let (unit_price, notice) = (Coins(unit_price), count == 1);
        EventData::GiftSent(GiftSent {
            gift_id: "rose".parse().unwrap(),
            name: "Rose".into(),
            count: 1,
            unit_price,
            amount: unit_price,
            combo: Some(Combo { streak, count, notice }),
        })
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
            combo: None,
        });
        given(100).when(viewer("ann"), send(3, None)).then([sent.clone()]);
        given(100).when(viewer("ann"), send(3, Some(100))).then([sent]);
    }

    #[test]
    fn nobody_pays_a_price_that_they_did_not_see() {
        given(100).when(viewer("ann"), send(3, Some(99))).then_refused("price_changed");
    }

    #[test]
    fn who_saw_the_catalogue_before_the_price_changed_is_told_the_new_one() {
        let renamed = || given(100).and([changed("Red rose", 100, 2)]);
        renamed().when(viewer("ann"), having_seen(1)).then_accepted();
        renamed().when(viewer("ann"), having_seen(2)).then_accepted();
        renamed().when(viewer("ann"), having_seen(3)).then_refused("out_of_range");
        let dearer = || renamed().and([changed("Red rose", 120, 3)]);
        dearer().when(viewer("ann"), having_seen(2)).then_refused("catalogue_changed");
        dearer().when(viewer("ann"), having_seen(3)).then_accepted();
    }

    #[test]
    fn clicks_of_a_sender_are_one_streak_until_they_pause() {
        let ann = || viewer("ann");
        let first = || given(100).when(ann(), click(None));
        first().then([clicked(2, 1, 100)]);
        let begun = || given(100).and_by(ann(), [clicked(2, 1, 100)]);
        begun().after_ms(PAUSE_MAX_MS).when(viewer("bob"), click(None)).then([clicked(3, 1, 100)]);
        begun().when(ann(), click(None)).then([clicked(2, 2, 100)]);
        begun().after_ms(PAUSE_MAX_MS).when(ann(), click(None)).then_accepted();
        begun().after_ms(PAUSE_MAX_MS + 1).when(ann(), click(None)).then([clicked(3, 1, 100)]);
    }

    #[test]
    fn a_price_that_changes_during_a_streak_is_refused_until_the_sender_has_seen_it() {
        let ann = || viewer("ann");
        let dearer = || {
            let begun = given(100).and_by(ann(), [clicked(2, 1, 100)]);
            begun.and([changed("Rose", 120, 2)])
        };
        dearer().when(ann(), click(None)).then_refused("price_changed");
        dearer().when(ann(), click(Some(100))).then_refused("price_changed");
        dearer().when(ann(), click(Some(120))).then([clicked(3, 1, 120)]);
        dearer().when(viewer("bob"), click(None)).then([clicked(3, 1, 120)]);
        // A gift outside the streak says nothing of the price that its sender saw.
        dearer().when(ann(), send(1, None)).then_accepted();
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
