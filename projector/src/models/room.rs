//! `room`: every room as it stands.
//!
//! Reads every event of a room. Writes `room` (`migrations/sql/models/room.sql`).

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, RoomId, UserId};
use domain::room::status::RoomStatus;

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// What a batch changes in each room.
#[derive(Debug, Default)]
pub(crate) struct Rooms(BTreeMap<RoomId, Change>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Change {
    created: Option<Created>,
    name: Option<Arc<str>>,
    kind: Option<Arc<str>>,
    cover: Option<Arc<str>>,
    introduction: Option<Arc<str>>,
    announcement: Option<Arc<str>>,
    archived: bool,
    live_at: Option<i64>,
    events: i64,
    last_seq: i64,
    changed_at: i64,
    status: Option<RoomStatus>,
    messages: i64,
    paid_messages: i64,
    paid_message_coins: i64,
    gifts: i64,
    gift_coins: i64,
    likes: i64,
}

#[derive(Debug, PartialEq, Eq)]
struct Created {
    owner: UserId,
    at: i64,
}

impl Fold for Rooms {
    fn fold(&mut self, event: &Event) {
        let Scope::Room { room_id, room_seq } = &event.scope else { return };
        let change = self.0.entry(room_id.clone()).or_default();
        change.events += 1;
        change.last_seq = bigint(*room_seq);
        change.changed_at = event.at.0;
        change.fold(event);
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let rooms = std::mem::take(&mut self.0).into_iter();
        let (created, changed): (Vec<_>, Vec<_>) =
            rooms.partition(|(_, change)| change.created.is_some());
        let mut writes = vec![];
        if !created.is_empty() {
            writes.push(insert(app, &created));
        }
        if !changed.is_empty() {
            writes.push(columns(Write::new(UPDATE, app), &changed).changing(changed.len()));
        }
        writes
    }
}

impl Change {
    #[expect(clippy::too_many_lines, reason = "one arm for each event")]
    fn fold(&mut self, event: &Event) {
        let add = |total: &mut i64, more: u64| *total = total.saturating_add(bigint(more));
        match &event.data {
            EventData::RoomCreated(created) => {
                self.created = Some(Created { owner: created.owner.clone(), at: event.at.0 });
                self.name = Some(created.name.clone());
                self.status = Some(RoomStatus::Scheduled);
            }
            EventData::RoomStatusChanged(changed) => {
                self.status = Some(changed.to);
                if changed.to == RoomStatus::Live {
                    self.live_at.get_or_insert(event.at.0);
                }
            }
            EventData::RoomProfileSet(set) => {
                self.name = Some(set.name.clone());
                self.kind = Some(set.kind.clone());
                self.cover = Some(set.cover.clone());
            }
            EventData::IntroductionSet(set) => self.introduction = Some(set.text.clone()),
            EventData::AnnouncementSet(set) => self.announcement = Some(set.text.clone()),
            EventData::RoomArchived(_) => self.archived = true,
            EventData::MessageSent(_) => add(&mut self.messages, 1),
            EventData::PaidMessageSent(sent) => {
                add(&mut self.paid_messages, 1);
                add(&mut self.paid_message_coins, sent.amount.0);
            }
            EventData::GiftSent(sent) => {
                add(&mut self.gifts, u64::from(sent.count));
                add(&mut self.gift_coins, sent.amount.0);
            }
            EventData::GiftRefunded(refunded) => {
                self.gifts = self.gifts.saturating_sub(refunded.count.into());
                self.gift_coins = self.gift_coins.saturating_sub(bigint(refunded.amount.0));
            }
            EventData::LikesAdded(added) => add(&mut self.likes, added.count),
            EventData::CustomMessageSent(_)
            | EventData::StreamReported(_)
            | EventData::RoomJoined(_)
            | EventData::RoomLeft(_)
            | EventData::MessageRecalled(_)
            | EventData::MessagePinned(_)
            | EventData::MessageUnpinned(_)
            | EventData::MessageHeld(_)
            | EventData::MessageSilenced(_)
            | EventData::MessageReviewed(_)
            | EventData::ProductSet(_)
            | EventData::BroadcastSent(_)
            | EventData::HostFollowed(_)
            | EventData::HostUnfollowed(_)
            | EventData::ShelfOrdered(_)
            | EventData::ProductSoldOut(_)
            | EventData::ProductRestocked(_)
            | EventData::ProductRemoved(_)
            | EventData::ProductPurchased(_)
            | EventData::SpotlightSet(_)
            | EventData::UserMuted(_)
            | EventData::AssistantDismissed(_)
            | EventData::AssistantAppointed(_)
            | EventData::FieldDefined(_)
            | EventData::FieldsSet(_)
            | EventData::MemberFieldsSet(_)
            | EventData::CounterChanged(_)
            | EventData::MuteAllSet(_)
            | EventData::SlowModeSet(_)
            | EventData::UserKicked(_)
            | EventData::UserUnbanned(_)
            | EventData::UserBanned(_)
            | EventData::LevelReached(_)
            | EventData::UserUnmuted(_)
            | EventData::EpochStarted(_)
            | EventData::UserRegistered(_)
            | EventData::GiftDefined(_)
            | EventData::LevelRuleSet(_)
            | EventData::WordListSet(_)
            | EventData::WordListRemoved(_)
            | EventData::AdminsSet(_)
            | EventData::AppCreated(_)
            | EventData::AppStatusSet(_)
            | EventData::AppExpirySet(_)
            | EventData::AppKeysSet(_)
            | EventData::AppDeleted(_) => {}
        }
    }
}

// Invariant: `room_seq` is dense. A hole leaves a row unwritten, and the number of rows is checked.
const INSERT: &str = "
    INSERT INTO room (app, room_id, room_seq, name, name_folded, kind, cover, introduction,
        announcement, archived, owner, status, created_at, changed_at, live_at,
        messages, paid_messages, paid_message_coins, gifts, gift_coins, likes)
    SELECT $1, room_id, last_seq, name, name_folded, coalesce(kind, ''), coalesce(cover, ''),
        coalesce(introduction, ''), coalesce(announcement, ''), archived, owner, status,
        created_at, changed_at, live_at,
        messages, paid_messages, paid_message_coins, gifts, gift_coins, likes
    FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
        $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
        $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
        $19::boolean[], $20::bigint[],
        $21::text[], $22::bigint[])
        AS new (room_id, last_seq, events, changed_at, status, messages, paid_messages,
            paid_message_coins, gifts, gift_coins, likes, name, name_folded, kind, cover,
            introduction, announcement, archived, live_at, owner, created_at)
    WHERE last_seq = events";

// `OFFSET 0` makes each row look its room up by key, whatever the planner knew of the table when the
// statement was planned: it would hold every changed room against every room of the app (6 times as
// slow at 1,000 rooms, and worse with more).
const UPDATE: &str = "
    UPDATE room SET
        room_seq = more.last_seq,
        status = coalesce(more.status, room.status),
        name = coalesce(more.name, room.name),
        name_folded = coalesce(more.name_folded, room.name_folded),
        kind = coalesce(more.kind, room.kind),
        cover = coalesce(more.cover, room.cover),
        introduction = coalesce(more.introduction, room.introduction),
        announcement = coalesce(more.announcement, room.announcement),
        archived = room.archived OR more.archived,
        live_at = coalesce(room.live_at, more.live_at),
        changed_at = more.changed_at,
        messages = matinee.saturating_add(room.messages, more.messages),
        paid_messages = matinee.saturating_add(room.paid_messages, more.paid_messages),
        paid_message_coins =
            matinee.saturating_add(room.paid_message_coins, more.paid_message_coins),
        gifts = matinee.saturating_add(room.gifts, more.gifts),
        gift_coins = matinee.saturating_add(room.gift_coins, more.gift_coins),
        likes = matinee.saturating_add(room.likes, more.likes)
    FROM (
        SELECT found.place, more.*
        FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
            $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
            $19::boolean[], $20::bigint[])
            AS more (room_id, last_seq, events, changed_at, status, messages, paid_messages,
                paid_message_coins, gifts, gift_coins, likes, name, name_folded, kind, cover,
                introduction, announcement, archived, live_at)
        CROSS JOIN LATERAL (
            SELECT ctid AS place FROM room
            WHERE app = $1 AND room_id = more.room_id
                AND room_seq = more.last_seq - more.events
            OFFSET 0
        ) AS found
    ) AS more
    WHERE room.ctid = more.place";

/// What both statements take.
fn columns(write: Write, changes: &[(RoomId, Change)]) -> Write {
    let numbers = |of: fn(&Change) -> i64| -> Vec<i64> {
        changes.iter().map(|(_, change)| of(change)).collect()
    };
    let texts = |of: fn(&Change) -> Option<&str>| {
        let mut column = TextColumn::default();
        for (_, change) in changes {
            column.push_option(of(change));
        }
        column
    };
    let mut name_folded = TextColumn::default();
    for (_, change) in changes {
        let folded = change.name.as_deref().map(str::to_lowercase);
        name_folded.push_option(folded.as_deref());
    }
    write
        .with(changes.iter().map(|(room_id, _)| room_id.as_str()).collect::<TextColumn>())
        .with(numbers(|change| change.last_seq))
        .with(numbers(|change| change.events))
        .with(numbers(|change| change.changed_at))
        .with(texts(|change| change.status.map(RoomStatus::as_str)))
        .with(numbers(|change| change.messages))
        .with(numbers(|change| change.paid_messages))
        .with(numbers(|change| change.paid_message_coins))
        .with(numbers(|change| change.gifts))
        .with(numbers(|change| change.gift_coins))
        .with(numbers(|change| change.likes))
        .with(texts(|change| change.name.as_deref()))
        .with(name_folded)
        .with(texts(|change| change.kind.as_deref()))
        .with(texts(|change| change.cover.as_deref()))
        .with(texts(|change| change.introduction.as_deref()))
        .with(texts(|change| change.announcement.as_deref()))
        .with(changes.iter().map(|(_, change)| change.archived).collect::<Vec<_>>())
        .with(changes.iter().map(|(_, change)| change.live_at).collect::<Vec<_>>())
}

fn insert(app: &AppId, changes: &[(RoomId, Change)]) -> Write {
    let created = || changes.iter().filter_map(|(_, change)| change.created.as_ref());
    columns(Write::new(INSERT, app), changes)
        .with(created().map(|created| created.owner.as_str()).collect::<TextColumn>())
        .with(created().map(|created| created.at).collect::<Vec<_>>())
        .changing(changes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn the_events_of_a_room_become_one_change() {
        let mut rooms = Rooms::default();
        let events = sample::events();
        for event in &events {
            rooms.fold(event);
        }

        let change = &rooms.0[&sample::room_id()];
        let in_room = events.iter().filter(|event| matches!(event.scope, Scope::Room { .. }));
        assert_eq!(change.events, i64::try_from(in_room.count()).unwrap());
        assert_eq!(change.last_seq, change.events);
        assert_eq!(change.messages, 1);
        assert!(change.created.is_some());
        assert_eq!(rooms.take(&"shop".parse().unwrap()).len(), 1);
        assert!(rooms.0.is_empty());
    }

    #[test]
    fn sums_stay_at_the_largest_number() {
        let mut change = Change { likes: i64::MAX - 1, ..Change::default() };
        let liked = sample::events().into_iter();
        let liked = liked.filter(|event| matches!(event.data, EventData::LikesAdded(_)));
        liked.cycle().take(3).for_each(|event| change.fold(&event));
        assert_eq!(change.likes, i64::MAX);
    }
}
