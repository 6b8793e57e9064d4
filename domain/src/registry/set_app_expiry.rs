//! `SetAppExpiry` → `app_expiry_set`: an app ends at another time, or never.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::AppId;
use crate::registry::{find, is_operator};
use crate::rejection::{Rejection, in_range};
use crate::state::{AppState, Context};
use crate::timestamp::Timestamp;

/// The last millisecond that stays exact in a browser.
const MS_MAX: u64 = (1 << 53) - 1;

/// Only for operators, in the registry. Also brings back an app that has expired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAppExpiry {
    /// Which app.
    pub app_id: AppId,
    /// When it ends; absent is never.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// The app ends then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct AppExpirySet {
    pub app_id: AppId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Refuses an end that is no later than now.
pub(super) fn check(expires_at: Option<Timestamp>, context: &Context<'_>) -> Result<(), Rejection> {
    let ms = |at: Timestamp| u64::try_from(at.0).unwrap_or(0);
    let Some(expires_at) = expires_at else { return Ok(()) };
    in_range("expires_at", ms(expires_at), ms(context.now) + 1, MS_MAX)
}

pub(crate) fn set_app_expiry(
    state: &AppState,
    actor: &Actor,
    command: SetAppExpiry,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SetAppExpiry { app_id, expires_at } = command;
    is_operator(actor)?;
    let app = find(state, &app_id)?;
    check(expires_at, context)?;
    if app.expires_at == expires_at {
        return Ok(vec![]);
    }
    Ok(vec![EventData::AppExpirySet(AppExpirySet { app_id, expires_at })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::registry::state::testing::{app_created, app_deleted, shop};
    use crate::state::testing::{Given, admin, host};

    fn set(expires_at: Option<i64>) -> AppCommand {
        let expires_at = expires_at.map(Timestamp);
        AppCommand::SetAppExpiry(SetAppExpiry { app_id: shop(), expires_at })
    }

    #[test]
    fn an_end_lies_ahead_or_nowhere() {
        let given = || Given::registry().and([app_created()]);
        let now = given().now().0;
        given().when_app(admin(), set(Some(now))).then_refused("out_of_range");
        given().when_app(admin(), set(Some(now + 1))).then_accepted();
        given().when_app(admin(), set(Some(1 << 53))).then_refused("out_of_range");
        given().when_app(admin(), set(None)).then([]);
        given().when_app(host(), set(None)).then_refused("not_allowed");
        Given::registry().when_app(admin(), set(None)).then_refused("app_not_found");
        given().and([app_deleted()]).when_app(admin(), set(None)).then_refused("app_deleted");
    }
}
