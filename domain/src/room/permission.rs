//! Who may do what in a room.

use crate::actor::{Actor, Role};
use crate::command::RoomCommand;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::state::Room;
use crate::timestamp::Timestamp;

/// Running the room: its host, an admin, an assistant by their token or by appointment.
pub(crate) fn may_run(room: &Room, actor: &Actor) -> Result<(), Rejection> {
    let may = match actor.role {
        Role::Admin | Role::Assistant => true,
        Role::Host => room.owner == actor.user || room.assistants.contains(&actor.user),
        Role::Viewer => room.assistants.contains(&actor.user),
        Role::Guest => false,
    };
    let needed = || "the room's host, an assistant or an admin".into();
    if may { Ok(()) } else { Err(Rejection::NotAllowed { needed: needed() }) }
}

/// Choosing who else runs the room: its host, an admin.
pub(crate) fn may_appoint(room: &Room, actor: &Actor) -> Result<(), Rejection> {
    let may = match actor.role {
        Role::Admin => true,
        Role::Host => room.owner == actor.user,
        Role::Assistant | Role::Viewer | Role::Guest => false,
    };
    let needed = || "the room's host or an admin".into();
    if may { Ok(()) } else { Err(Rejection::NotAllowed { needed: needed() }) }
}

/// Facts that money hangs on: only the merchant's own servers may state them.
pub(crate) fn is_trusted(actor: &Actor) -> Result<(), Rejection> {
    let trusted = actor.role == Role::Admin || actor.via.is_some();
    if trusted { Ok(()) } else { Err(Rejection::NotAllowed { needed: "an admin".into() }) }
}

/// Acting on a person: as [`may_run`], and not on the owner.
pub(crate) fn may_act_on(room: &Room, actor: &Actor, user_id: &UserId) -> Result<(), Rejection> {
    may_run(room, actor)?;
    if *user_id == room.owner {
        return Err(Rejection::OwnerImmune { user_id: user_id.clone() });
    }
    Ok(())
}

/// Whom slow mode and mute-all leave alone: who runs the room, and its owner with any token.
pub(crate) fn is_exempt(room: &Room, actor: &Actor) -> bool {
    room.owner == actor.user || may_run(room, actor).is_ok()
}

/// A mute or ban without an end is always in force; one with an end is over at that instant.
pub(crate) fn is_in_force(until: Option<Timestamp>, now: Timestamp) -> bool {
    until.is_none_or(|until| now < until)
}

/// What holds for every command to a room that exists: an archived room takes none, a guest reads, and
/// whoever is banned does nothing but go, whatever their token says. An admin cannot be kept out.
pub(crate) fn may_ask(
    room: &Room,
    actor: &Actor,
    command: &RoomCommand,
    now: Timestamp,
) -> Result<(), Rejection> {
    if room.archived && !matches!(command, RoomCommand::ArchiveRoom(_)) {
        return Err(Rejection::RoomArchived);
    }
    if actor.role == Role::Guest && !is_open_to_guests(command) {
        return Err(Rejection::NotAllowed { needed: "somebody with an account".into() });
    }
    if room.bans.is_empty() || actor.role == Role::Admin {
        return Ok(());
    }
    if matches!(command, RoomCommand::LeaveRoom(_)) { Ok(()) } else { may_join(room, actor, now) }
}

/// Coming, going, and the fields whose definition lets anyone write.
fn is_open_to_guests(command: &RoomCommand) -> bool {
    matches!(
        command,
        RoomCommand::JoinRoom(_)
            | RoomCommand::LeaveRoom(_)
            | RoomCommand::SetFields(_)
            | RoomCommand::SetMemberFields(_)
            | RoomCommand::ChangeCounter(_)
    )
}

/// A ban in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ban {
    /// When it ends; none if it does not.
    pub until: Option<Timestamp>,
}

/// Whether a user is kept out of a room. An admin cannot be.
pub fn ban_of(room: &Room, role: Role, user: &UserId, now: Timestamp) -> Option<Ban> {
    let until = *room.bans.get(user)?;
    (role != Role::Admin && is_in_force(until, now)).then_some(Ban { until })
}

/// Coming in: not banned.
pub(crate) fn may_join(room: &Room, actor: &Actor, now: Timestamp) -> Result<(), Rejection> {
    match room.bans.get(&actor.user) {
        Some(&until) if is_in_force(until, now) => Err(Rejection::Banned { until }),
        Some(_) | None => Ok(()),
    }
}

/// Sending to the room: the show is on and the sender is neither banned nor muted.
pub(crate) fn may_send(room: &Room, actor: &Actor, now: Timestamp) -> Result<(), Rejection> {
    if !room.status.is_open() {
        return Err(Rejection::RoomClosed { status: room.status });
    }
    may_join(room, actor, now)?;
    match room.mutes.get(&actor.user) {
        Some(&until) if is_in_force(until, now) => Err(Rejection::Muted { until }),
        Some(_) | None => Ok(()),
    }
}

/// Sending a text: as [`may_send`], and not silenced with everybody else.
pub(crate) fn may_talk(room: &Room, actor: &Actor, now: Timestamp) -> Result<(), Rejection> {
    may_send(room, actor, now)?;
    match &room.mute_all {
        Some(allow) if !allow.contains(&actor.user) && !is_exempt(room, actor) => {
            Err(Rejection::AllMuted)
        }
        Some(_) | None => Ok(()),
    }
}
