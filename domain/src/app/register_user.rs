//! `RegisterUser` → `user_registered`: a person becomes known, or changes how they are shown.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::state::Context;
use crate::text;

/// An admin registers anybody; everybody else only themselves. Again with other values changes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterUser {
    /// Who.
    pub user_id: UserId,
    /// The name to show.
    pub nick: Arc<str>,
    /// Address of a picture.
    #[serde(default)]
    pub avatar: Option<Arc<str>>,
}

/// The user is known by this name and picture from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct UserRegistered {
    pub user_id: UserId,
    pub nick: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Arc<str>>,
}

/// Users are not state (they grow without bound), so the event is written each time and the read
/// model keeps the last.
pub(crate) fn register_user(
    actor: &Actor,
    command: RegisterUser,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let RegisterUser { user_id, nick, avatar } = command;
    if actor.role != Role::Admin && actor.user != user_id {
        return Err(Rejection::NotAllowed { needed: "an admin or the user themselves".into() });
    }
    text::check("nick", &nick, context.limits.nick_bytes_max, true)?;
    text::check("avatar", avatar.as_deref().unwrap_or(""), context.limits.url_bytes_max, false)?;
    Ok(vec![EventData::UserRegistered(UserRegistered { user_id, nick, avatar })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::{Given, admin, viewer};

    fn register(user: &str, nick: &str) -> crate::command::AppCommand {
        crate::command::AppCommand::RegisterUser(RegisterUser {
            user_id: user.parse().unwrap(),
            nick: nick.into(),
            avatar: None,
        })
    }

    #[test]
    fn people_register_themselves_and_admins_register_anybody() {
        let registered = |user: &str| {
            EventData::UserRegistered(UserRegistered {
                user_id: user.parse().unwrap(),
                nick: "Ann".into(),
                avatar: None,
            })
        };
        Given::nothing().when_app(viewer("ann"), register("ann", "Ann")).then([registered("ann")]);
        Given::nothing().when_app(admin(), register("ann", "Ann")).then([registered("ann")]);
        Given::nothing()
            .when_app(viewer("bob"), register("ann", "Ann"))
            .then_refused("not_allowed");
    }

    #[test]
    fn a_nick_has_1_to_64_bytes() {
        Given::nothing().when_app(admin(), register("a", &"n".repeat(64))).then_accepted();
        Given::nothing()
            .when_app(admin(), register("a", &"n".repeat(65)))
            .then_refused("text_too_long");
        Given::nothing().when_app(admin(), register("a", "")).then_refused("text_empty");
        Given::nothing().when_app(admin(), register("a", "a\0b")).then_refused("text_unstorable");
    }
}
