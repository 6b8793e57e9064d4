//! `SetAdmins` → `admins_set`: whom an app knows as its admins.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::state::{AppState, Context};

/// The name under which Matinee itself acts, so too when it announces what it has counted. It needs
/// no place on a list: whoever could take it holds a key of the app, and could take a name of the
/// list as well.
pub const SYSTEM_USER: &str = "matinee";

/// Only for admins. The whole list; while it is empty, every admin token is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAdmins {
    /// The admin accounts of the app.
    pub user_ids: BTreeSet<UserId>,
}

/// From now on these are the app's admins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct AdminsSet {
    pub user_ids: BTreeSet<UserId>,
}

pub(crate) fn set_admins(
    app: &AppState,
    actor: &Actor,
    command: SetAdmins,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SetAdmins { user_ids } = command;
    if actor.role != Role::Admin {
        return Err(Rejection::NotAllowed { needed: "an admin".into() });
    }
    let max = context.limits.admins_max;
    if (max as usize) < user_ids.len() {
        return Err(Rejection::TooManyAdmins { max });
    }
    if app.admins == user_ids {
        return Ok(vec![]);
    }
    Ok(vec![EventData::AdminsSet(AdminsSet { user_ids })])
}

/// Refuses a token that says "admin", or acts in somebody's name as one, for somebody who is not on
/// the app's list. It is refused for everything: a token that claims too much is not half believed.
pub(crate) fn check_listed(app: &AppState, actor: &Actor) -> Result<(), Rejection> {
    let admin = match (&actor.via, actor.role) {
        (Some(via), _) => via,
        (None, Role::Admin) => &actor.user,
        (None, Role::Host | Role::Assistant | Role::Viewer | Role::Guest) => return Ok(()),
    };
    if is_listed(app, admin) {
        return Ok(());
    }
    Err(Rejection::AdminNotListed { user_id: admin.clone() })
}

/// Whether a token that says "admin" is believed of this user.
pub fn is_listed(app: &AppState, admin: &UserId) -> bool {
    app.admins.is_empty() || app.admins.contains(admin) || admin.as_str() == SYSTEM_USER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{AppCommand, RoomCommand};
    use crate::room::join_room::JoinRoom;
    use crate::state::testing::{Given, admin, host, viewer};

    fn users(names: &[&str]) -> BTreeSet<UserId> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn set(names: &[&str]) -> AppCommand {
        AppCommand::SetAdmins(SetAdmins { user_ids: users(names) })
    }

    fn was(names: &[&str]) -> EventData {
        EventData::AdminsSet(AdminsSet { user_ids: users(names) })
    }

    #[test]
    fn there_are_five_admins_and_not_one_more() {
        let five = ["a", "b", "c", "d", "e"];
        Given::nothing().when_app(admin(), set(&five)).then([was(&five)]);
        let six = ["a", "b", "c", "d", "e", "f"];
        Given::nothing().when_app(admin(), set(&six)).then_refused("too_many_admins");
        Given::nothing().when_app(host(), set(&five)).then_refused("not_allowed");
        Given::nothing().when_app(admin(), set(&[])).then([]);
    }

    #[test]
    fn who_is_not_on_the_list_is_no_admin_neither_for_themselves_nor_for_others() {
        let other = || Actor { user: "other".parse().unwrap(), ..admin() };
        let join = || RoomCommand::JoinRoom(JoinRoom {});
        let for_ann = |via: &Actor| Actor { via: Some(via.user.clone()), ..viewer("ann") };
        let given = || Given::room().and([was(&["admin"])]);
        given().when_app(admin(), set(&[])).then([was(&[])]);
        given().when_app(other(), set(&[])).then_refused("admin_not_listed");
        given().when(for_ann(&admin()), join()).then_accepted();
        given().when(for_ann(&other()), join()).then_refused("admin_not_listed");
        given().when(viewer("ann"), join()).then_accepted();
        for (name, is_system) in [(SYSTEM_USER, true), ("projector", false), ("somebody", false)] {
            let system = Actor { user: name.parse().unwrap(), ..admin() };
            let then = given().when_app(system, set(&[]));
            if is_system { then.then_accepted() } else { then.then_refused("admin_not_listed") }
        }
        let emptied = || given().and([was(&[])]);
        emptied().when(for_ann(&other()), join()).then_accepted();
    }
}
