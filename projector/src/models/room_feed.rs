//! `room_feed`: what happened in a room, item by item.
//!
//! Reads every event of a room. Writes `room_feed` (`migrations/sql/models/room_feed.sql`).

use domain::event::{Event, Scope};
use domain::ids::AppId;
use domain::view::feed_item::{Priority, feed_item};

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The items of a batch, column by column.
#[derive(Debug, Default)]
pub(crate) struct RoomFeed {
    room_id: TextColumn,
    room_seq: Vec<i64>,
    at: Vec<i64>,
    kind: TextColumn,
    user_id: TextColumn,
    priority: TextColumn,
    item: TextColumn,
}

impl Fold for RoomFeed {
    fn fold(&mut self, event: &Event) {
        let Scope::Room { room_id, room_seq } = &event.scope else { return };
        let Some(item) = feed_item(event) else { return };
        self.room_id.push(room_id.as_str());
        self.room_seq.push(bigint(*room_seq));
        self.at.push(event.at.0);
        self.kind.push(event.data.type_name());
        self.user_id.push(event.actor.user.as_str());
        self.priority.push(name(Priority::of(&event.data)));
        self.item.push(&item);
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let Self { room_id, room_seq, at, kind, user_id, priority, item } = std::mem::take(self);
        if room_id.is_empty() {
            return vec![];
        }
        let rows = room_seq.len();
        let write = Write::new(INSERT, app).with(room_id).with(room_seq).with(at).with(kind);
        vec![write.with(user_id).with(priority).with(item).changing(rows)]
    }
}

const INSERT: &str = "
    INSERT INTO room_feed (app, room_id, room_seq, at, type, user_id, priority, item)
    SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
        $7::text[], $8::text[])";

fn name(priority: Priority) -> &'static str {
    match priority {
        Priority::Lowest => "lowest",
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn every_event_of_a_room_and_no_other_is_an_item() {
        let mut feed = RoomFeed::default();
        let events = sample::events();
        for event in &events {
            feed.fold(event);
        }

        let in_room = events.iter().filter(|event| matches!(event.scope, Scope::Room { .. }));
        let places: Vec<i64> = (1..).take(in_room.count()).collect();
        assert_eq!(feed.room_seq, places);
        assert_eq!(feed.take(&"shop".parse().unwrap()).len(), 1);
        assert!(feed.take(&"shop".parse().unwrap()).is_empty());
    }
}
