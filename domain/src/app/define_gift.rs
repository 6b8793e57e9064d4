//! `DefineGift` → `gift_defined`: a gift enters the catalogue, changes, or is retired.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::coins::Coins;
use crate::event::EventData;
use crate::ids::GiftId;
use crate::rejection::{Rejection, in_range};
use crate::state::{AppState, Context};
use crate::text;

/// Only for admins. The same id again changes the gift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefineGift {
    /// Which gift.
    pub gift_id: GiftId,
    /// The name to show.
    pub name: Arc<str>,
    /// Price of one. 0 is a free gift.
    pub unit_price: Coins,
    /// Can no longer be sent.
    #[serde(default)]
    pub retired: bool,
}

/// The catalogue says so from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct GiftDefined {
    pub gift_id: GiftId,
    pub name: Arc<str>,
    pub unit_price: Coins,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// Counts the changes of the whole catalogue, from 1.
    pub catalogue_version: u64,
}

pub(crate) fn define_gift(
    app: &AppState,
    actor: &Actor,
    command: DefineGift,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let DefineGift { gift_id, name, unit_price, retired } = command;
    if actor.role != Role::Admin {
        return Err(Rejection::NotAllowed { needed: "an admin".into() });
    }
    let limits = context.limits;
    text::check("name", &name, limits.gift_name_bytes_max, true)?;
    in_range("unit_price", unit_price.0, 0, Coins::MAX.0)?;
    let known = app.gifts.get(&gift_id);
    if known.is_none() && limits.gifts_max as usize <= app.gifts.len() {
        return Err(Rejection::TooManyGifts { max: limits.gifts_max });
    }
    let same =
        |gift: &Gift| gift.name == name && gift.unit_price == unit_price && gift.retired == retired;
    if known.is_some_and(same) {
        return Ok(vec![]);
    }
    let catalogue_version = app.catalogue_version + 1;
    let defined = GiftDefined { gift_id, name, unit_price, retired, catalogue_version };
    Ok(vec![EventData::GiftDefined(defined)])
}

/// A gift as a decision needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// The name to show.
    pub name: Arc<str>,
    /// Price of one.
    pub unit_price: Coins,
    /// Can no longer be sent.
    pub retired: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::state::testing::{Given, admin, viewer};

    fn rose(price: u64) -> AppCommand {
        AppCommand::DefineGift(DefineGift {
            gift_id: "rose".parse().unwrap(),
            name: "Rose".into(),
            unit_price: Coins(price),
            retired: false,
        })
    }

    fn defined(price: u64, catalogue_version: u64) -> EventData {
        EventData::GiftDefined(GiftDefined {
            gift_id: "rose".parse().unwrap(),
            name: "Rose".into(),
            unit_price: Coins(price),
            retired: false,
            catalogue_version,
        })
    }

    #[test]
    fn a_change_raises_the_version_and_the_same_again_changes_nothing() {
        Given::nothing().when_app(admin(), rose(10)).then([defined(10, 1)]);
        let given = || Given::events([defined(10, 1)]);
        given().when_app(admin(), rose(12)).then([defined(12, 2)]);
        given().when_app(admin(), rose(10)).then([]);
        given().when_app(viewer("ann"), rose(12)).then_refused("not_allowed");
    }

    #[test]
    fn a_price_stays_exact_in_a_browser() {
        Given::nothing().when_app(admin(), rose(Coins::MAX.0)).then_accepted();
        Given::nothing().when_app(admin(), rose(Coins::MAX.0 + 1)).then_refused("out_of_range");
    }

    #[test]
    fn the_catalogue_has_a_limit() {
        let given = || Given::nothing().limits(|limits| limits.gifts_max = 1);
        given().when_app(admin(), rose(1)).then_accepted();
        given().and([defined(1, 1)]).when_app(admin(), rose(2)).then_accepted();
        let tulip = AppCommand::DefineGift(DefineGift {
            gift_id: "tulip".parse().unwrap(),
            name: "Tulip".into(),
            unit_price: Coins(1),
            retired: false,
        });
        given().and([defined(1, 1)]).when_app(admin(), tulip).then_refused("too_many_gifts");
    }
}
