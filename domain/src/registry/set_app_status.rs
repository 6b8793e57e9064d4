//! `SetAppStatus` → `app_status_set`: an app is served, or not for now.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::AppId;
use crate::registry::state::AppStatus;
use crate::registry::{find, is_operator};
use crate::rejection::Rejection;
use crate::state::AppState;

/// Only for operators, in the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAppStatus {
    /// Which app.
    pub app_id: AppId,
    /// What it shall be.
    pub status: AppStatus,
}

/// The app is served from now on, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct AppStatusSet {
    pub app_id: AppId,
    pub status: AppStatus,
}

pub(crate) fn set_app_status(
    state: &AppState,
    actor: &Actor,
    command: SetAppStatus,
) -> Result<Vec<EventData>, Rejection> {
    let SetAppStatus { app_id, status } = command;
    is_operator(actor)?;
    if find(state, &app_id)?.status == status {
        return Ok(vec![]);
    }
    Ok(vec![EventData::AppStatusSet(AppStatusSet { app_id, status })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::registry::state::testing::{app_created, app_deleted, shop};
    use crate::state::testing::{Given, admin, host};

    #[test]
    fn an_app_is_disabled_and_enabled_again() {
        let set = |status| AppCommand::SetAppStatus(SetAppStatus { app_id: shop(), status });
        let was = |status| EventData::AppStatusSet(AppStatusSet { app_id: shop(), status });
        let (active, disabled) = (AppStatus::Active, AppStatus::Disabled);
        let given = || Given::registry().and([app_created()]);
        given().when_app(admin(), set(disabled)).then([was(disabled)]);
        given().when_app(admin(), set(active)).then([]);
        given().and([was(disabled)]).when_app(admin(), set(active)).then([was(active)]);
        given().when_app(host(), set(disabled)).then_refused("not_allowed");
        Given::registry().when_app(admin(), set(disabled)).then_refused("app_not_found");
        given().and([app_deleted()]).when_app(admin(), set(active)).then_refused("app_deleted");
    }
}
