//! Who may do what in a room.

use crate::actor::{Actor, Role};
use crate::rejection::Rejection;
use crate::room::state::Room;
use crate::timestamp::Timestamp;

/// Running the room: its host, an assistant, an admin.
pub(crate) fn may_run(room: &Room, actor: &Actor) -> Result<(), Rejection> {
    let may = match actor.role {
        Role::Admin | Role::Assistant => true,
        Role::Host => room.owner == actor.user,
        Role::Viewer => false,
    };
    let needed = || "the room's host, an assistant or an admin".into();
    if may { Ok(()) } else { Err(Rejection::NotAllowed { needed: needed() }) }
}

/// Facts that money hangs on: only the merchant's own servers may state them.
pub(crate) fn is_trusted(actor: &Actor) -> Result<(), Rejection> {
    let trusted = actor.role == Role::Admin || actor.via.is_some();
    if trusted { Ok(()) } else { Err(Rejection::NotAllowed { needed: "an admin".into() }) }
}

/// Sending to the room: the show is on and the sender is not muted.
pub(crate) fn may_send(room: &Room, actor: &Actor, now: Timestamp) -> Result<(), Rejection> {
    if !room.status.is_open() {
        return Err(Rejection::RoomClosed { status: room.status });
    }
    match room.mutes.get(&actor.user) {
        // A mute without an end is always in force; one with an end is over at that instant.
        Some(&until) if until.is_none_or(|until| now < until) => Err(Rejection::Muted { until }),
        Some(_) | None => Ok(()),
    }
}
