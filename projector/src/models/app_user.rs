//! `app_user`: the people of an app, as they registered last.
//!
//! Reads `user_registered`. Writes `app_user` (`migrations/sql/models/app_user.sql`).

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::{Event, EventData};
use domain::ids::{AppId, UserId};

use super::Fold;
use crate::column::TextColumn;
use crate::write::Write;

/// Who registered in a batch.
#[derive(Debug, Default)]
pub(crate) struct AppUsers(BTreeMap<UserId, Registered>);

#[derive(Debug)]
struct Registered {
    first_at: i64,
    last_at: i64,
    nick: Arc<str>,
    avatar: Option<Arc<str>>,
}

impl Fold for AppUsers {
    fn fold(&mut self, event: &Event) {
        let EventData::UserRegistered(registered) = &event.data else { return };
        let (nick, avatar) = (registered.nick.clone(), registered.avatar.clone());
        let last_at = event.at.0;
        let known = self.0.get(&registered.user_id);
        let first_at = known.map_or(last_at, |known| known.first_at);
        let row = Registered { first_at, last_at, nick, avatar };
        self.0.insert(registered.user_id.clone(), row);
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let users = std::mem::take(&mut self.0);
        if users.is_empty() {
            return vec![];
        }
        let mut avatars = TextColumn::default();
        for user in users.values() {
            avatars.push_option(user.avatar.as_deref());
        }
        let write = Write::new(UPSERT, app)
            .with(users.keys().map(UserId::as_str).collect::<TextColumn>())
            .with(users.values().map(|user| &*user.nick).collect::<TextColumn>())
            .with(avatars)
            .with(users.values().map(|user| user.first_at).collect::<Vec<_>>())
            .with(users.values().map(|user| user.last_at).collect::<Vec<_>>());
        vec![write.changing(users.len())]
    }
}

const UPSERT: &str = "
    INSERT INTO app_user (app, user_id, nick, avatar, registered_at, changed_at)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    ON CONFLICT (app, user_id) DO UPDATE SET
        nick = excluded.nick, avatar = excluded.avatar, changed_at = excluded.changed_at";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;
    use domain::timestamp::Timestamp;

    #[test]
    fn the_last_registration_wins_and_the_first_keeps_its_time() {
        let mut users = AppUsers::default();
        let first = sample::events().into_iter();
        let first = first.filter(|event| matches!(event.data, EventData::UserRegistered(_)));
        let mut event = first.last().unwrap();
        users.fold(&event);
        let first_at = event.at.0;
        event.at = Timestamp(first_at + 5);
        let EventData::UserRegistered(registered) = &mut event.data else { unreachable!() };
        registered.nick = "Anna".into();
        users.fold(&event);

        let user = users.0.values().next().unwrap();
        assert_eq!((user.first_at, user.last_at, &*user.nick), (first_at, first_at + 5, "Anna"));
    }
}
