//! Somebody who has risen, as a row of the outbox.

use std::sync::Arc;

use domain::event::{Event, Scope};
use domain::ids::{AppId, RoomId, UserId};
use domain::timestamp::Timestamp;

use super::id::command_id;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// Where somebody did something, and how they were shown there.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    room_id: RoomId,
    nick: Arc<str>,
    avatar: Option<Arc<str>>,
}

/// A level that was reached.
#[derive(Debug)]
pub(crate) struct Rise {
    pub(crate) user_id: UserId,
    pub(crate) origin: Origin,
    pub(crate) from: u32,
    pub(crate) level: u32,
    pub(crate) points: u64,
    pub(crate) at: Timestamp,
}

impl Origin {
    /// Of a user in an event. Likes are several users' and show only the first of them.
    pub(crate) fn of(event: &Event, user_id: &UserId) -> Option<Self> {
        let Scope::Room { room_id, .. } = &event.scope else { return None };
        let shown = event.actor.user == *user_id;
        let nick = if shown { event.actor.nick.clone() } else { Arc::from(user_id.as_str()) };
        let avatar = event.actor.avatar.clone().filter(|_| shown);
        Some(Self { room_id: room_id.clone(), nick, avatar })
    }
}

/// Puts rows into the outbox. One that is there already says the same.
pub(crate) const INSERT: &str = "
    INSERT INTO matinee.outbox
        (app, id, room_id, user_id, nick, avatar, from_level, level, points, at)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::integer[], $8::integer[], $9::bigint[], $10::bigint[])
    ON CONFLICT (app, id) DO NOTHING";

/// The statement for these; none for nobody.
pub(crate) fn insert(app: &AppId, rises: &[Rise]) -> Option<Write> {
    let (mut ids, mut avatars) = (TextColumn::default(), TextColumn::default());
    for rise in rises {
        // A moment that no UUIDv7 can hold is no moment of a log.
        let id = command_id(app, &rise.user_id, rise.level, rise.at)?;
        ids.push(&id.to_string());
        avatars.push_option(rise.origin.avatar.as_deref());
    }
    let level = |level: u32| i32::try_from(level).unwrap_or(i32::MAX);
    let write = Write::new(INSERT, app)
        .with(ids)
        .with(rises.iter().map(|rise| rise.origin.room_id.as_str()).collect::<TextColumn>())
        .with(rises.iter().map(|rise| rise.user_id.as_str()).collect::<TextColumn>())
        .with(rises.iter().map(|rise| &*rise.origin.nick).collect::<TextColumn>())
        .with(avatars)
        .with(rises.iter().map(|rise| level(rise.from)).collect::<Vec<_>>())
        .with(rises.iter().map(|rise| level(rise.level)).collect::<Vec<_>>())
        .with(rises.iter().map(|rise| bigint(rise.points)).collect::<Vec<_>>())
        .with(rises.iter().map(|rise| rise.at.0).collect::<Vec<_>>());
    (!rises.is_empty()).then_some(write)
}
