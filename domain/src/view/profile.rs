//! A user as others see them: what the gateway copies into the actor of an event.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// Asked of the query-service for some users at once. Unknown users are left out of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileQuery {
    /// Whom.
    pub user_ids: Vec<UserId>,
}

/// One user of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Who.
    pub user_id: UserId,
    /// The registered name; absent if they never registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nick: Option<Arc<str>>,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Arc<str>>,
    /// The level as the read model has it.
    pub level: u32,
}
