//! Custom fields: what a merchant lets rooms and members say about themselves, and who may know.
//!
//! A definition comes from [`crate::app::define_field`], values from [`crate::room::set_fields`] and
//! [`crate::room::set_member_fields`]; what a reader may not know is taken out by
//! [`crate::view::clearance`].

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::ids::{FieldKey, UserId};
use crate::rejection::Rejection;
use crate::room::state::Room;
use crate::state::AppState;

/// Whose field it is. A key belongs to one of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldScope {
    /// Of a room as a whole.
    Room,
    /// Of each person in a room.
    Member,
}

impl fmt::Display for FieldScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Room => "room",
            Self::Member => "member",
        })
    }
}

/// How close somebody stands to a room. Each may what those before it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Clearance {
    /// Whoever has a token of the app, guests and the banned included.
    Anyone,
    /// A viewer with an account who is not banned. Whoever wants may come into a room, so having
    /// come in says no more than that.
    Member,
    /// Who helps in the room, by their token or by appointment.
    Assistant,
    /// The room's host.
    Owner,
    /// The merchant.
    Admin,
}

impl Clearance {
    /// From the least to the most.
    pub const ALL: [Self; 5] =
        [Self::Anyone, Self::Member, Self::Assistant, Self::Owner, Self::Admin];

    /// What somebody with a token of this role has in a room.
    pub fn of(room: &Room, role: Role, user: &UserId) -> Self {
        let appointed = || room.assistants.contains(user);
        match role {
            Role::Admin => Self::Admin,
            Role::Host if room.owner == *user => Self::Owner,
            Role::Assistant => Self::Assistant,
            Role::Host | Role::Viewer if appointed() => Self::Assistant,
            // A ban may have an end, which a reader does not wait for: who is listed has less.
            Role::Host | Role::Viewer if !room.bans.contains_key(user) => Self::Member,
            Role::Host | Role::Viewer | Role::Guest => Self::Anyone,
        }
    }
}

impl fmt::Display for Clearance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anyone => "anyone",
            Self::Member => "somebody with an account",
            Self::Assistant => "an assistant, the room's host or an admin",
            Self::Owner => "the room's host or an admin",
            Self::Admin => "an admin",
        })
    }
}

/// A field as a decision needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Whose.
    pub scope: FieldScope,
    /// The least that may read it.
    pub read: Clearance,
    /// The least that may write it.
    pub write: Clearance,
    /// The kinds of rooms that have it; empty if all have.
    #[serde(default)]
    pub kinds: BTreeSet<Arc<str>>,
}

impl Field {
    /// Whether rooms of this kind have it. A room that becomes of another kind keeps what was set,
    /// and neither shows nor changes it until it is of such a kind again.
    pub fn is_of(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.contains(kind)
    }

    /// Whether a room of this kind shows it to a reader with this clearance.
    pub fn is_shown(&self, kind: &str, clearance: Clearance) -> bool {
        self.read <= clearance && self.is_of(kind)
    }
}

/// The field of that key and scope, if the room has it and this actor may write it.
pub(crate) fn writable<'a>(
    app: &'a AppState,
    room: &Room,
    key: &FieldKey,
    scope: FieldScope,
    clearance: Clearance,
) -> Result<&'a Field, Rejection> {
    let field = app.fields.get(key).filter(|field| field.scope == scope);
    let field = field.ok_or_else(|| Rejection::FieldNotFound { key: key.clone() })?;
    if clearance < field.write {
        let needed = format!("{} (field `{key}`)", field.write);
        return Err(Rejection::NotAllowed { needed });
    }
    if !field.is_of(&room.kind) {
        return Err(Rejection::FieldNotForKind { key: key.clone(), kind: room.kind.clone() });
    }
    Ok(field)
}

/// What an actor has in a room.
pub(crate) fn clearance(room: &Room, actor: &Actor) -> Clearance {
    Clearance::of(room, actor.role, &actor.user)
}
