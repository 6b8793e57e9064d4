//! Who a command's actor is: the token's user, or the one in whose name an admin acts.

use std::sync::Arc;

use domain::actor::{Actor, Role};
use domain::ids::{AppId, RoomId, UserId};
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

    /// What the caller may do in this room: a token for certain rooms is a viewer's elsewhere.
    fn role_in(&self, room_id: Option<&RoomId>) -> Role {
        if self.on_behalf_of.is_some() {
            return Role::Viewer;
        }
        match (&self.identity.rooms, room_id) {
            (Some(rooms), Some(room_id)) if !rooms.contains(room_id) => Role::Viewer,
            _ => self.identity.role,
        }
    }

    /// The actor of a command to this room, or to the app.
    pub async fn actor(&self, profiles: &Profiles, app: &AppId, room_id: Option<&RoomId>) -> Actor {
        let profile = profiles.get(app, self.user()).await;
        self.actor_with(room_id, profile)
    }

    /// The actor, with a profile that is already known.
    pub fn actor_with(&self, room_id: Option<&RoomId>, profile: Option<Profile>) -> Actor {
        let user = self.user().clone();
        let via = self.on_behalf_of.is_some().then(|| self.identity.user.clone());
        let role = self.role_in(room_id);
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
