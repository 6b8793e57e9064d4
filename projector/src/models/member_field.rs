//! `member_field`: what rooms know of people.
//!
//! Reads `member_fields_set`. Writes `member_field` (`migrations/sql/models/member_field.sql`).

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, FieldKey, RoomId, UserId};

use super::Fold;
use crate::column::TextColumn;
use crate::write::Write;

type Key = (RoomId, UserId, FieldKey);

/// The last value of each field in a batch; empty if it was removed.
#[derive(Debug, Default)]
pub(crate) struct MemberFields(BTreeMap<Key, Arc<str>>);

impl Fold for MemberFields {
    fn fold(&mut self, event: &Event) {
        let Scope::Room { room_id, .. } = &event.scope else { return };
        let EventData::MemberFieldsSet(set) = &event.data else { return };
        for (key, value) in &set.values {
            let key = (room_id.clone(), set.user_id.clone(), key.clone());
            self.0.insert(key, value.clone());
        }
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let (removed, set): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.0).into_iter().partition(|(_, value)| value.is_empty());
        let mut writes = vec![];
        if !removed.is_empty() {
            writes.push(with_keys(Write::new(DELETE, app), &removed));
        }
        if !set.is_empty() {
            let values = set.iter().map(|(_, value)| &**value).collect::<TextColumn>();
            let write = with_keys(Write::new(UPSERT, app), &set).with(values);
            writes.push(write.changing(set.len()));
        }
        writes
    }
}

fn with_keys(write: Write, fields: &[(Key, Arc<str>)]) -> Write {
    let column = |of: fn(&Key) -> &str| fields.iter().map(|(key, _)| of(key)).collect();
    let (rooms, users, keys): (TextColumn, TextColumn, TextColumn) = (
        column(|(room, _, _)| room.as_str()),
        column(|(_, user, _)| user.as_str()),
        column(|(_, _, key)| key.as_str()),
    );
    write.with(rooms).with(users).with(keys)
}

const DELETE: &str = "
    DELETE FROM member_field
    USING unnest($2::text[], $3::text[], $4::text[]) AS gone (room_id, user_id, field_key)
    WHERE member_field.app = $1 AND member_field.room_id = gone.room_id
        AND member_field.user_id = gone.user_id AND member_field.field_key = gone.field_key";

const UPSERT: &str = "
    INSERT INTO member_field (app, room_id, user_id, field_key, value)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
    ON CONFLICT (app, room_id, user_id, field_key) DO UPDATE SET value = excluded.value";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::room::set_member_fields::MemberFieldsSet;
    use domain::sample;

    #[test]
    fn the_last_value_wins_field_by_field_and_an_empty_one_removes() {
        let set = |pairs: &[(&str, &str)]| {
            let values = pairs.iter().map(|(key, value)| (key.parse().unwrap(), (*value).into()));
            let user_id = "ann".parse().unwrap();
            let data = MemberFieldsSet { user_id, values: values.collect() };
            let in_room = |event: &Event| matches!(event.scope, Scope::Room { .. });
            let begin = sample::events().into_iter().find(in_room).unwrap();
            Event { data: EventData::MemberFieldsSet(data), ..begin }
        };
        let mut fields = MemberFields::default();
        for event in [set(&[("team", "red"), ("rank", "1")]), set(&[("team", "blue")])] {
            fields.fold(&event);
        }
        let values = |fields: &MemberFields| -> Vec<String> {
            fields.0.iter().map(|((_, _, key), value)| format!("{key}={value}")).collect()
        };
        assert_eq!(values(&fields), ["rank=1", "team=blue"]);
        assert_eq!(fields.take(&"shop".parse().unwrap()).len(), 1);
        fields.fold(&set(&[("team", ""), ("rank", "2")]));
        assert_eq!(fields.take(&"shop".parse().unwrap()).len(), 2);
        assert!(fields.take(&"shop".parse().unwrap()).is_empty());
    }
}
