//! `DeleteApp` → `app_deleted`: an app is gone for good, with its log, its rows and its snapshots.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::AppId;
use crate::registry::{find, is_operator};
use crate::rejection::Rejection;
use crate::state::AppState;

/// Only for operators, in the registry. Asks for the app's name, so that nobody deletes another one
/// by mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteApp {
    /// Which app.
    pub app_id: AppId,
    /// What it is called.
    pub name: Arc<str>,
}

/// Nothing of the app shall remain but that it was there: its id is never given again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct AppDeleted {
    pub app_id: AppId,
}

/// To delete it again is "already so": what is not removed yet is being removed.
pub(crate) fn delete_app(
    state: &AppState,
    actor: &Actor,
    command: DeleteApp,
) -> Result<Vec<EventData>, Rejection> {
    let DeleteApp { app_id, name } = command;
    is_operator(actor)?;
    if state.registry.deleted.contains_key(&app_id) {
        return Ok(vec![]);
    }
    if find(state, &app_id)?.name != name {
        return Err(Rejection::AppNameMismatch { app_id });
    }
    Ok(vec![EventData::AppDeleted(AppDeleted { app_id })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::registry::state::testing::{app_created, app_deleted, shop};
    use crate::state::testing::{Given, admin, host};

    #[test]
    fn it_takes_the_name_and_is_done_once() {
        let delete =
            |name: &str| AppCommand::DeleteApp(DeleteApp { app_id: shop(), name: name.into() });
        let given = || Given::registry().and([app_created()]);
        given().when_app(admin(), delete("Shop")).then([app_deleted()]);
        given().when_app(admin(), delete("shop")).then_refused("app_name_mismatch");
        given().when_app(host(), delete("Shop")).then_refused("not_allowed");
        given().and([app_deleted()]).when_app(admin(), delete("Shop")).then([]);
        Given::registry().when_app(admin(), delete("Shop")).then_refused("app_not_found");
    }
}
