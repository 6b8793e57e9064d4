//! Who a command's actor is: the token's user, or the one in whose name an admin acts.

use std::sync::Arc;

use domain::actor::{Actor, Role};
use domain::ids::{AppId, UserId};
use domain::view::profile::Profile;
use service_kit::auth::Identity;

use crate::gateway::profiles::Profiles;

/// A caller with all that their commands need.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What the token says.
    pub identity: Identity,
    /// In whose name an admin acts.
    pub on_behalf_of: Option<UserId>,
}

impl Caller {
    /// The user whose command it is.
    pub fn user(&self) -> &UserId {
        self.on_behalf_of.as_ref().unwrap_or(&self.identity.user)
    }

    /// The actor of the caller's commands.
    pub async fn actor(&self, profiles: &Profiles, app: &AppId) -> Actor {
        let profile = profiles.get(app, self.user()).await;
        self.actor_with(profile)
    }

    /// The actor, with a profile that is already known. In somebody's name an admin is a viewer.
    pub fn actor_with(&self, profile: Option<Profile>) -> Actor {
        let user = self.user().clone();
        let via = self.on_behalf_of.is_some().then(|| self.identity.user.clone());
        let role = if via.is_some() { Role::Viewer } else { self.identity.role };
        let level = profile.as_ref().map(|profile| profile.level);
        let (nick, avatar) = match profile {
            Some(Profile { nick: Some(nick), avatar, .. }) => (nick, avatar),
            _ if via.is_some() => (Arc::from(user.as_str()), None),
            _ => {
                let nick = self.identity.nick.clone();
                let nick = nick.unwrap_or_else(|| Arc::from(user.as_str()));
                (nick, self.identity.avatar.clone())
            }
        };
        Actor { user, nick, avatar, level, role, via }
    }
}
