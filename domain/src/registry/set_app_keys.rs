//! `SetAppKeys` → `app_keys_set`: other keys sign an app's tokens.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::AppId;
use crate::registry::key::{AppKey, KeySpec, key_set};
use crate::registry::{find, is_operator};
use crate::rejection::Rejection;
use crate::state::{AppState, Context};

/// Only for operators, in the registry. The whole set: a key that is named again as it is stays, and
/// with it its secret; one that is not named is no longer believed. To replace a key without a
/// pause, name the old and the new one, and later the new one alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAppKeys {
    /// Which app.
    pub app_id: AppId,
    /// All of its keys.
    pub keys: Vec<KeySpec>,
}

/// These keys are believed, all of them at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct AppKeysSet {
    pub app_id: AppId,
    pub keys: Arc<[AppKey]>,
}

pub(crate) fn set_app_keys(
    state: &AppState,
    actor: &Actor,
    command: SetAppKeys,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SetAppKeys { app_id, keys } = command;
    is_operator(actor)?;
    let app = find(state, &app_id)?;
    let keys = key_set(keys, &app.keys, state.app_seq + 1, context)?;
    if app.keys == keys {
        return Ok(vec![]);
    }
    Ok(vec![EventData::AppKeysSet(AppKeysSet { app_id, keys })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::registry::key::KeyKind;
    use crate::registry::state::testing::{app_created, app_deleted, shop};
    use crate::state::testing::{Given, admin, host};

    fn set(kids: &[&str]) -> AppCommand {
        let keys = kids.iter().map(|kid| KeySpec::HS256 { kid: kid.parse().unwrap() });
        AppCommand::SetAppKeys(SetAppKeys { app_id: shop(), keys: keys.collect() })
    }

    fn was(keys: &[(&str, u64)]) -> EventData {
        let key = |(kid, generation): &(&str, u64)| AppKey {
            kid: kid.parse().unwrap(),
            alg: KeyKind::HS256,
            public_key: None,
            generation: *generation,
        };
        let keys = keys.iter().map(key).collect();
        EventData::AppKeysSet(AppKeysSet { app_id: shop(), keys })
    }

    #[test]
    fn a_key_that_stays_keeps_its_generation_and_one_that_comes_back_gets_another() {
        let given = || Given::registry().and([app_created()]);
        given().when_app(admin(), set(&["k1", "k2"])).then([was(&[("k1", 1), ("k2", 2)])]);
        let both = || given().and([was(&[("k1", 1), ("k2", 2)])]);
        both().when_app(admin(), set(&["k2"])).then([was(&[("k2", 2)])]);
        let second = || both().and([was(&[("k2", 2)])]);
        second().when_app(admin(), set(&["k2", "k1"])).then([was(&[("k2", 2), ("k1", 4)])]);
        second().when_app(admin(), set(&["k2"])).then([]);
    }

    #[test]
    fn who_may_and_where_and_how_many() {
        let given = || Given::registry().and([app_created()]);
        given().when_app(host(), set(&["k2"])).then_refused("not_allowed");
        given().when_app(admin(), set(&[])).then_refused("out_of_range");
        given().when_app(admin(), set(&["a", "b", "c", "d"])).then_accepted();
        given().when_app(admin(), set(&["a", "b", "c", "d", "e"])).then_refused("out_of_range");
        Given::registry().when_app(admin(), set(&["a"])).then_refused("app_not_found");
        given().and([app_deleted()]).when_app(admin(), set(&["a"])).then_refused("app_deleted");
    }
}
