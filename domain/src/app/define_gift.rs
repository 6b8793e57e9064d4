//! `DefineGift` → `gift_defined`: a gift enters the catalogue, changes, or is retired.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// Address of a picture.
    #[serde(default)]
    pub image: Option<Arc<str>>,
    /// Under which heading it is offered.
    #[serde(default)]
    pub category: Option<Arc<str>>,
    /// What clients need to show it, any JSON.
    #[serde(default)]
    pub effect: Option<Value>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Value>,
    /// Counts the changes of the whole catalogue, from 1.
    pub catalogue_version: u64,
}

pub(crate) fn define_gift(
    app: &AppState,
    actor: &Actor,
    command: DefineGift,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let DefineGift { gift_id, name, unit_price, retired, image, category, effect } = command;
    if actor.role != Role::Admin {
        return Err(Rejection::NotAllowed { needed: "an admin".into() });
    }
    let limits = context.limits;
    text::check("name", &name, limits.gift_name_bytes_max, true)?;
    in_range("unit_price", unit_price.0, 0, Coins::MAX.0)?;
    text::check("image", image.as_deref().unwrap_or_default(), limits.url_bytes_max, false)?;
    let heading = category.as_deref().unwrap_or_default();
    text::check("category", heading, limits.gift_category_bytes_max, false)?;
    let shown = effect.as_ref().map(Value::to_string).unwrap_or_default();
    text::check("effect", &shown, limits.gift_effect_bytes_max, false)?;
    let known = app.gifts.get(&gift_id);
    if known.is_none() && limits.gifts_max as usize <= app.gifts.len() {
        return Err(Rejection::TooManyGifts { max: limits.gifts_max });
    }
    let catalogue_version = app.catalogue_version + 1;
    let defined = GiftDefined {
        gift_id,
        name,
        unit_price,
        retired,
        image,
        category,
        effect,
        catalogue_version,
    };
    if known.is_some_and(|known| known.is_as(&defined)) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::GiftDefined(defined)])
}

impl DefineGift {
    /// A gift with nothing but a name and a price.
    pub fn plain(gift_id: GiftId, name: &str, unit_price: Coins) -> Self {
        let name = name.into();
        let (image, category, effect) = (None, None, None);
        Self { gift_id, name, unit_price, retired: false, image, category, effect }
    }
}

impl GiftDefined {
    /// A gift with nothing but a name and a price.
    pub fn plain(gift_id: GiftId, name: &str, unit_price: Coins, catalogue_version: u64) -> Self {
        let name = name.into();
        let (retired, image, category, effect) = (false, None, None, None);
        Self { gift_id, name, unit_price, retired, image, category, effect, catalogue_version }
    }
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
    /// Address of a picture.
    pub image: Option<Arc<str>>,
    /// Under which heading it is offered.
    pub category: Option<Arc<str>>,
    /// What clients need to show it.
    pub effect: Option<Value>,
    /// The version of the catalogue in which it changed last.
    pub version: u64,
    /// The version of the catalogue since which it has had this price: who saw the catalogue then or
    /// later has seen it.
    pub priced_version: u64,
}

impl Gift {
    /// The gift as defined, where it may have had a price before.
    pub(crate) fn defined(defined: &GiftDefined, before: Option<&Self>) -> Self {
        let version = defined.catalogue_version;
        let same_price = before.filter(|before| before.unit_price == defined.unit_price);
        Self {
            name: defined.name.clone(),
            unit_price: defined.unit_price,
            retired: defined.retired,
            image: defined.image.clone(),
            category: defined.category.clone(),
            effect: defined.effect.clone(),
            version,
            priced_version: same_price.map_or(version, |before| before.priced_version),
        }
    }

    /// Whether the definition would change nothing but the version.
    fn is_as(&self, defined: &GiftDefined) -> bool {
        let (version, priced_version) = (self.version, self.priced_version);
        *self == Self { version, priced_version, ..Self::defined(defined, None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::state::testing::{Given, admin, viewer};

    fn rose(price: u64) -> AppCommand {
        let gift_id = "rose".parse().unwrap();
        AppCommand::DefineGift(DefineGift::plain(gift_id, "Rose", Coins(price)))
    }

    fn defined(price: u64, catalogue_version: u64) -> EventData {
        let gift_id = "rose".parse().unwrap();
        let defined = GiftDefined::plain(gift_id, "Rose", Coins(price), catalogue_version);
        EventData::GiftDefined(defined)
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
    fn what_clients_show_has_limits_and_is_part_of_the_gift() {
        let plain = || DefineGift::plain("rose".parse().unwrap(), "Rose", Coins(10));
        let define = |gift: DefineGift| {
            let given = Given::nothing().and([defined(10, 1)]);
            given.when_app(admin(), AppCommand::DefineGift(gift))
        };
        let text = |bytes: usize| Some(Arc::from("x".repeat(bytes)));
        define(DefineGift { image: text(500), ..plain() }).then_accepted();
        define(DefineGift { image: text(501), ..plain() }).then_refused("text_too_long");
        define(DefineGift { category: text(60), ..plain() }).then_accepted();
        define(DefineGift { category: text(61), ..plain() }).then_refused("text_too_long");
        // Two quotation marks are part of the JSON.
        let effect = |bytes: usize| Some(Value::String("x".repeat(bytes - 2)));
        define(DefineGift { effect: effect(4_096), ..plain() }).then_accepted();
        define(DefineGift { effect: effect(4_097), ..plain() }).then_refused("text_too_long");
        define(plain()).then([]);
    }

    #[test]
    fn the_catalogue_has_a_limit() {
        let given = || Given::nothing().limits(|limits| limits.gifts_max = 1);
        given().when_app(admin(), rose(1)).then_accepted();
        given().and([defined(1, 1)]).when_app(admin(), rose(2)).then_accepted();
        let gift_id = "tulip".parse().unwrap();
        let tulip = AppCommand::DefineGift(DefineGift::plain(gift_id, "Tulip", Coins(1)));
        given().and([defined(1, 1)]).when_app(admin(), tulip).then_refused("too_many_gifts");
    }
}
