//! What the state says of people in a room, for lists of them that come from the read models.

use std::collections::BTreeSet;

use domain::actor::Role;
use domain::app::set_admins::is_listed;
use domain::field::{Clearance, FieldScope};
use domain::ids::{FieldKey, RoomId, UserId};
use domain::state::AppState;

use crate::hub::{AppHub, Reader};
use crate::read_models::room_member::RoomMember;

/// Whether somebody may be there as what their token says: an admin must be on the app's list.
pub(super) fn is_believed(app: &AppState, role: Role, user: &UserId) -> bool {
    role != Role::Admin || is_listed(app, user)
}

impl AppHub {
    /// Whether a reader may still be there as what they came as.
    pub(crate) fn believes(&self, reader: &Reader) -> bool {
        self.look(|app| is_believed(app, reader.role, &reader.user))
    }

    /// Whether a token that says admin is believed of this user.
    pub(crate) fn is_listed(&self, user: &UserId) -> bool {
        self.look(|app| is_listed(app, user))
    }

    /// What each may do in this room now: a role is given and taken while somebody is there.
    pub(crate) fn give_roles(&self, room_id: &RoomId, members: &mut [RoomMember]) {
        self.look(|app| {
            let Some(room) = app.rooms.get(room_id) else { return };
            for member in members {
                let user = member.user_id.as_str();
                if room.owner.as_str() == user {
                    "host".clone_into(&mut member.role);
                } else if room.assistants.iter().any(|assistant| assistant.as_str() == user) {
                    "assistant".clone_into(&mut member.role);
                } else if member.role == "host" {
                    // Of other rooms.
                    "viewer".clone_into(&mut member.role);
                }
            }
        });
    }

    /// The fields of members of this room that a reader may read.
    pub(crate) fn readable_of_members(
        &self,
        room_id: &RoomId,
        reader: &Reader,
    ) -> BTreeSet<FieldKey> {
        self.look(|app| {
            let Some(room) = app.rooms.get(room_id) else { return BTreeSet::new() };
            let clearance = Clearance::of(room, reader.role, &reader.user);
            let of_members = app.fields.iter().filter(|(_, field)| {
                field.scope == FieldScope::Member && field.is_shown(&room.kind, clearance)
            });
            of_members.map(|(key, _)| key.clone()).collect()
        })
    }
}
