//! Who did it, as they were at that moment.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// What a token allows. Later variants allow less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The merchant's back office and servers: everything in the app, also in a viewer's name.
    Admin,
    /// Runs the rooms that they own.
    Host,
    /// Helps in rooms, without having to be in them.
    Assistant,
    /// Watches, chats, likes, gives, buys.
    Viewer,
    /// A viewer without an account: counted apart, and told less by custom fields.
    Guest,
}

/// A copy of the sender at the time of sending, so that an event can be read on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// The name to show; the user id where there is none.
    pub nick: Arc<str>,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Arc<str>>,
    /// User level; absent where the read model could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u32>,
    /// What their token allowed.
    pub role: Role,
    /// The admin who sent it in this user's name, for instance the merchant's order system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<UserId>,
}

impl Actor {
    /// An actor of whom nothing but the id and the role is known.
    pub fn unknown(user: UserId, role: Role) -> Self {
        let nick = Arc::from(user.as_str());
        Self { user, nick, avatar: None, level: None, role, via: None }
    }
}
