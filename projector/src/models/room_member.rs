//! `room_member`: who is in a room, by what they said.
//!
//! Reads `room_joined`, `room_left`, `user_kicked` and `user_banned`. Writes `room_member`
//! (`migrations/sql/models/room_member.sql`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::actor::{Actor, Role};
use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, RoomId, UserId};

use super::Fold;
use crate::column::TextColumn;
use crate::write::Write;

type Key = (RoomId, UserId);

/// What a batch makes of the set.
#[derive(Debug, Default)]
pub(crate) struct RoomMembers {
    /// Who went in this batch, also if they came again.
    gone: BTreeSet<Key>,
    /// Who is there at the end of it and came in it.
    here: BTreeMap<Key, Member>,
}

#[derive(Debug, PartialEq, Eq)]
struct Member {
    nick: Arc<str>,
    avatar: Option<Arc<str>>,
    level: Option<i32>,
    role: &'static str,
    joined_at: i64,
}

impl Member {
    fn of(actor: &Actor, joined_at: i64) -> Self {
        let level = actor.level.map(|level| i32::try_from(level).unwrap_or(i32::MAX));
        let role = match actor.role {
            Role::Admin => "admin",
            Role::Host => "host",
            Role::Assistant => "assistant",
            Role::Viewer => "viewer",
            Role::Guest => "guest",
        };
        Self { nick: actor.nick.clone(), avatar: actor.avatar.clone(), level, role, joined_at }
    }
}

impl Fold for RoomMembers {
    fn fold(&mut self, event: &Event) {
        let Scope::Room { room_id, .. } = &event.scope else { return };
        let gone = if let EventData::RoomJoined(_) = event.data {
            let key = (room_id.clone(), event.actor.user.clone());
            let joined_at = self.here.get(&key).map_or(event.at.0, |member| member.joined_at);
            self.here.insert(key, Member::of(&event.actor, joined_at));
            return;
        } else if let EventData::RoomLeft(_) = event.data {
            event.actor.user.clone()
        } else if let EventData::UserKicked(kicked) = &event.data {
            kicked.user_id.clone()
        } else if let EventData::UserBanned(banned) = &event.data {
            banned.user_id.clone()
        } else {
            return;
        };
        let key = (room_id.clone(), gone);
        self.here.remove(&key);
        self.gone.insert(key);
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let Self { gone, here } = std::mem::take(self);
        let mut writes = vec![];
        if !gone.is_empty() {
            writes.push(with_keys(Write::new(DELETE, app), &gone.iter().collect::<Vec<_>>()));
        }
        if !here.is_empty() {
            let (mut nicks, mut avatars) = (TextColumn::default(), TextColumn::default());
            for member in here.values() {
                nicks.push(&member.nick);
                avatars.push_option(member.avatar.as_deref());
            }
            let write = with_keys(Write::new(UPSERT, app), &here.keys().collect::<Vec<_>>())
                .with(nicks)
                .with(avatars)
                .with(here.values().map(|member| member.level).collect::<Vec<_>>())
                .with(here.values().map(|member| member.role).collect::<TextColumn>())
                .with(here.values().map(|member| member.joined_at).collect::<Vec<_>>());
            writes.push(write.changing(here.len()));
        }
        writes
    }
}

fn with_keys(write: Write, keys: &[&Key]) -> Write {
    write
        .with(keys.iter().map(|(room, _)| room.as_str()).collect::<TextColumn>())
        .with(keys.iter().map(|(_, user)| user.as_str()).collect::<TextColumn>())
}

const DELETE: &str = "
    DELETE FROM room_member USING unnest($2::text[], $3::text[]) AS gone (room_id, user_id)
    WHERE room_member.app = $1 AND room_member.room_id = gone.room_id
        AND room_member.user_id = gone.user_id";

const UPSERT: &str = "
    INSERT INTO room_member (app, room_id, user_id, nick, avatar, level, role, joined_at)
    SELECT $1, * FROM unnest(
        $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::bigint[])
    ON CONFLICT (app, room_id, user_id) DO UPDATE SET
        nick = excluded.nick, avatar = excluded.avatar, level = excluded.level,
        role = excluded.role";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::room::join_room::RoomJoined;
    use domain::room::kick_user::UserKicked;
    use domain::room::leave_room::RoomLeft;
    use domain::sample;
    use domain::timestamp::Timestamp;

    fn folded(data: &[EventData]) -> (usize, Vec<i64>) {
        let mut members = RoomMembers::default();
        for (at, data) in (1..).zip(data) {
            let begin = sample::events();
            let in_room = |event: &&Event| matches!(event.scope, Scope::Room { .. });
            let event = begin.iter().find(in_room).unwrap().clone();
            let mut event = Event { at: Timestamp(at), data: data.clone(), ..event };
            event.actor.user = "ann".parse().unwrap();
            members.fold(&event);
        }
        (members.gone.len(), members.here.into_values().map(|member| member.joined_at).collect())
    }

    #[test]
    fn the_last_word_counts_and_coming_twice_keeps_the_first_time() {
        let (join, leave) =
            (EventData::RoomJoined(RoomJoined {}), EventData::RoomLeft(RoomLeft {}));
        let user_id = "ann".parse().unwrap();
        let kick = EventData::UserKicked(UserKicked { user_id, reason: None });
        assert_eq!(folded(&[join.clone(), join.clone()]), (0, vec![1]));
        assert_eq!(folded(&[join.clone(), leave.clone()]), (1, vec![]));
        assert_eq!(folded(&[join.clone(), kick]), (1, vec![]));
        assert_eq!(folded(&[join.clone(), leave, join]), (1, vec![3]));
    }
}
