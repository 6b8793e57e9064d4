//! `recalled_message`: messages that were taken back.
//!
//! Reads `message_recalled`. Writes `recalled_message` (`migrations/sql/models/recalled_message.sql`).

use std::collections::BTreeMap;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, RoomId, UserId};

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The recalls of a batch. The first stands: one that is so old that nobody knows of it can be
/// recalled again.
#[derive(Debug, Default)]
pub(crate) struct RecalledMessages(BTreeMap<(RoomId, u64), (UserId, i64)>);

impl Fold for RecalledMessages {
    fn fold(&mut self, event: &Event) {
        let (EventData::MessageRecalled(recalled), Scope::Room { room_id, .. }) =
            (&event.data, &event.scope)
        else {
            return;
        };
        let by = (event.actor.user.clone(), event.at.0);
        self.0.entry((room_id.clone(), recalled.room_seq)).or_insert(by);
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let recalled = std::mem::take(&mut self.0);
        if recalled.is_empty() {
            return vec![];
        }
        let rooms = recalled.keys().map(|(room_id, _)| room_id.as_str());
        let users = recalled.values().map(|(user, _)| user.as_str());
        let write = Write::new(INSERT, app)
            .with(rooms.collect::<TextColumn>())
            .with(recalled.keys().map(|(_, seq)| bigint(*seq)).collect::<Vec<_>>())
            .with(users.collect::<TextColumn>())
            .with(recalled.values().map(|(_, at)| *at).collect::<Vec<_>>());
        vec![write]
    }
}

const INSERT: &str = "
    INSERT INTO recalled_message (app, room_id, room_seq, recalled_by, recalled_at)
    SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[])
    ON CONFLICT (app, room_id, room_seq) DO NOTHING";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn the_first_recall_stands() {
        let mut recalled = RecalledMessages::default();
        let events = sample::events();
        for event in &events {
            recalled.fold(event);
        }
        let (user, at) = recalled.0.values().next().unwrap().clone();
        for event in events {
            let actor =
                domain::actor::Actor { user: "bob".parse().unwrap(), ..event.actor.clone() };
            recalled.fold(&Event { actor, ..event });
        }
        assert_eq!(recalled.0.values().collect::<Vec<_>>(), [&(user, at)]);
        assert_eq!(recalled.take(&"shop".parse().unwrap()).len(), 1);
        assert!(recalled.take(&"shop".parse().unwrap()).is_empty());
    }
}
