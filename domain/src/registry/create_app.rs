//! `CreateApp` → `app_created`: a tenant, from now on and until it expires.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::AppId;
use crate::registry::key::{AppKey, KeySpec, key_set};
use crate::registry::{is_operator, is_registry, set_app_expiry};
use crate::rejection::Rejection;
use crate::state::{AppState, Context};
use crate::text;
use crate::timestamp::Timestamp;

/// Numbers given to apps that bring none begin here, where those of other services do.
const SDK_APP_ID_FIRST: u32 = 1_400_000_000;

/// Only for operators, in the registry. An id that is or was in use is refused, also to whoever has
/// created it: the answer to the first command has the secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApp {
    /// What paths and tokens call it.
    pub app_id: AppId,
    /// The number by which SDKs know it; one is chosen if absent.
    #[serde(default)]
    pub sdk_app_id: Option<u32>,
    /// What people call it.
    pub name: Arc<str>,
    /// Who may sign its tokens.
    pub keys: Vec<KeySpec>,
    /// When it ends; absent is never.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// The app exists and is active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct AppCreated {
    pub app_id: AppId,
    pub sdk_app_id: u32,
    pub name: Arc<str>,
    pub keys: Arc<[AppKey]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

pub(crate) fn create_app(
    state: &AppState,
    actor: &Actor,
    command: CreateApp,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let CreateApp { app_id, sdk_app_id, name, keys, expires_at } = command;
    is_operator(actor)?;
    text::check("name", &name, context.limits.app_name_bytes_max, true)?;
    set_app_expiry::check(expires_at, context)?;
    let keys = key_set(keys, &[], state.app_seq + 1, context)?;
    let registry = &state.registry;
    let known = registry.apps.contains_key(&app_id) || registry.deleted.contains_key(&app_id);
    if known || is_registry(&app_id) {
        return Err(Rejection::AppIdTaken { app_id });
    }
    let max = context.limits.apps_max;
    if max as usize <= registry.apps.len() {
        return Err(Rejection::TooManyApps { max });
    }
    let sdk_app_id = match sdk_app_id {
        Some(wanted) if registry.has_sdk_app_id(wanted) => {
            return Err(Rejection::SdkAppIdTaken { sdk_app_id: wanted });
        }
        Some(wanted) => wanted,
        None => free_sdk_app_id(state),
    };
    Ok(vec![EventData::AppCreated(AppCreated { app_id, sdk_app_id, name, keys, expires_at })])
}

/// The first free number; there are far more than apps.
fn free_sdk_app_id(state: &AppState) -> u32 {
    let mut free = SDK_APP_ID_FIRST;
    while state.registry.has_sdk_app_id(free) {
        free = free.wrapping_add(1);
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::registry::delete_app::AppDeleted;
    use crate::registry::key::KeyKind;
    use crate::state::testing::{Given, admin, host};

    fn hs256(kid: &str) -> KeySpec {
        KeySpec::HS256 { kid: kid.parse().unwrap() }
    }

    fn create(app_id: &str) -> CreateApp {
        CreateApp {
            app_id: app_id.parse().unwrap(),
            sdk_app_id: None,
            name: "Shop".into(),
            keys: vec![hs256("k1")],
            expires_at: None,
        }
    }

    fn created(app_id: &str, sdk_app_id: u32) -> EventData {
        let kid = "k1".parse().unwrap();
        let key = AppKey { kid, alg: KeyKind::HS256, public_key: None, generation: 1 };
        EventData::AppCreated(AppCreated {
            app_id: app_id.parse().unwrap(),
            sdk_app_id,
            name: "Shop".into(),
            keys: vec![key].into(),
            expires_at: None,
        })
    }

    fn deleted(app_id: &str) -> EventData {
        EventData::AppDeleted(AppDeleted { app_id: app_id.parse().unwrap() })
    }

    #[test]
    fn an_operator_creates_an_app_in_the_registry_and_nowhere_else() {
        let command = || AppCommand::CreateApp(create("shop"));
        let first = created("shop", SDK_APP_ID_FIRST);
        Given::registry().when_app(admin(), command()).then([first]);
        Given::registry().when_app(host(), command()).then_refused("not_allowed");
        Given::nothing().when_app(admin(), command()).then_refused("not_allowed");
    }

    #[test]
    fn an_id_is_given_once_for_ever() {
        let command = |id: &str| AppCommand::CreateApp(create(id));
        let given = || Given::registry().and([created("shop", 7), created("cafe", 8)]);
        given().when_app(admin(), command("shop")).then_refused("app_id_taken");
        let given = || given().and([deleted("shop")]);
        given().when_app(admin(), command("shop")).then_refused("app_id_taken");
        given().when_app(admin(), command("matinee")).then_refused("app_id_taken");
        for (sdk_app_id, refused) in [(7, true), (8, true), (9, false)] {
            let wanted = CreateApp { sdk_app_id: Some(sdk_app_id), ..create("bar") };
            let then = given().when_app(admin(), AppCommand::CreateApp(wanted));
            if refused { then.then_refused("sdk_app_id_taken") } else { then.then_accepted() }
        }
    }

    #[test]
    fn there_are_100_apps_and_not_one_more_and_a_deleted_one_makes_room() {
        let hundred = (0..100).map(|n| created(&format!("app-{n}"), n));
        let given = || Given::registry().and(hundred.clone());
        let next = || AppCommand::CreateApp(create("next"));
        Given::registry().and(hundred.clone().skip(1)).when_app(admin(), next()).then_accepted();
        given().when_app(admin(), next()).then_refused("too_many_apps");
        given().and([deleted("app-5")]).when_app(admin(), next()).then_accepted();
    }

    #[test]
    fn name_keys_and_expiry_have_limits() {
        let when = |change: fn(&mut CreateApp)| {
            let mut command = create("shop");
            change(&mut command);
            Given::registry().when_app(admin(), AppCommand::CreateApp(command))
        };
        when(|command| command.name = "n".repeat(60).into()).then_accepted();
        when(|command| command.name = "n".repeat(61).into()).then_refused("text_too_long");
        when(|command| command.name = "".into()).then_refused("text_empty");
        when(|command| command.keys = vec![]).then_refused("out_of_range");
        when(|command| command.keys = ["a", "b", "c", "d"].map(hs256).into()).then_accepted();
        when(|command| command.keys = ["a", "b", "c", "d", "e"].map(hs256).into())
            .then_refused("out_of_range");
        when(|command| command.keys = vec![hs256("a"), hs256("a")]).then_refused("key_id_twice");
        when(|command| command.expires_at = Some(Timestamp(1_700_000_000_000)))
            .then_refused("out_of_range");
        when(|command| command.expires_at = Some(Timestamp(1_700_000_000_001))).then_accepted();
    }
}
