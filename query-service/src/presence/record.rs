//! The peak of a room and who has been there, kept in Postgres (`room_audience`): an instance that
//! begins reads what others have measured, and goes on from there.
//!
//! A measurement and no projection, as in [`crate::insight`]: who opens a stream is no event. What an
//! instance that is killed had not written for `query.presence.record_ms` is lost with it, unless
//! another instance had heard of it. While Postgres is away the board counts on, from what it knows.
//! [`super::visit`] goes there.

use domain::ids::RoomId;

use crate::presence::board::{Audience, Board, Online};
use crate::presence::users::Users;
use crate::presence::visit::Visit;

/// What stands in a row, or is to stand there.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) peak: u64,
    pub(crate) unique: u64,
    pub(crate) ever: Users,
    /// 0 where there is no row.
    pub(crate) version: i64,
}

/// How far a room on the board and its row agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nobody has looked, or somebody else has written meanwhile.
    #[default]
    Unread,
    /// Is being read or written.
    Busy,
    /// What stands in the row.
    Read { version: i64, peak: u64, unique: u64 },
}

impl Board {
    /// The rooms that nobody has looked up in Postgres.
    pub(super) fn unread(&mut self) -> Vec<RoomId> {
        let unread = self.rooms.iter_mut().filter(|(_, audience)| audience.kept == Kept::Unread);
        unread
            .map(|(room_id, audience)| {
                audience.kept = Kept::Busy;
                room_id.clone()
            })
            .collect()
    }

    /// What is known of a room without its set: it never counts below that.
    pub(super) fn at_least(&mut self, room_id: &RoomId, known: &Online) {
        if let Some(audience) = self.rooms.get_mut(room_id) {
            audience.peak = audience.peak.max(known.peak);
            audience.unique_least = audience.unique_least.max(known.unique);
        }
    }

    /// The rooms that have come further than their rows.
    pub(super) fn unwritten(&mut self) -> Vec<(RoomId, Record)> {
        let records = self
            .rooms
            .iter_mut()
            .filter_map(|(room_id, audience)| Some((room_id.clone(), audience.unwritten()?)));
        records.collect()
    }

    /// Takes in what a visit has brought.
    pub(super) fn visited(&mut self, visit: Visit) {
        let exact_max = self.config.exact_users_max;
        for (room_id, record) in visit.read {
            let Some(audience) = self.rooms.get_mut(&room_id) else { continue };
            let record = record.unwrap_or_else(Record::none);
            audience.ever.unite(&record.ever, exact_max);
            audience.peak = audience.peak.max(record.peak);
            audience.unique_least = audience.unique_least.max(record.unique);
            audience.kept = Kept::of(&record);
        }
        for (room_id, record) in visit.written {
            if let Some(audience) = self.rooms.get_mut(&room_id) {
                audience.kept = Kept::of(&record);
            }
        }
        for room_id in visit.unread {
            if let Some(audience) = self.rooms.get_mut(&room_id) {
                audience.kept = Kept::Unread;
            }
        }
    }
}

impl Audience {
    fn unwritten(&mut self) -> Option<Record> {
        let Kept::Read { version, peak, unique } = self.kept else { return None };
        let now = self.online;
        if now.peak <= peak && now.unique <= unique {
            return None;
        }
        self.kept = Kept::Busy;
        let (peak, unique) = (now.peak.max(peak), now.unique.max(unique));
        Some(Record { peak, unique, ever: self.ever.to_keep(), version: version + 1 })
    }
}

impl Kept {
    fn of(record: &Record) -> Self {
        let Record { version, peak, unique, .. } = *record;
        Self::Read { version, peak, unique }
    }
}

impl Record {
    fn none() -> Self {
        Self { peak: 0, unique: 0, ever: Users::default(), version: 0 }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::presence::config::PresenceConfig;

    fn room() -> RoomId {
        "tea".parse().unwrap()
    }

    fn board(users: &[u64]) -> Board {
        let (mut board, now) = (Board::new(PresenceConfig::default()), Instant::now());
        board.here(&room(), users.len() as u64, users, users, now);
        board.count(now);
        board
    }

    /// What a visit finds there.
    fn finds(board: &mut Board, record: Option<Record>) {
        assert_eq!(board.unread(), [room()]);
        assert!(board.unread().is_empty(), "it is being read");
        board.visited(Visit { read: vec![(room(), record)], ..Visit::default() });
    }

    fn record(users: &[u64], peak: u64, version: i64) -> Record {
        let mut ever = Users::default();
        for user in users {
            ever.insert(*user, 100);
        }
        Record { peak, unique: ever.count(), ever, version }
    }

    fn counted(board: &mut Board) -> [u64; 2] {
        board.count(Instant::now());
        let online = board.rooms[&room()].online;
        [online.peak, online.unique]
    }

    #[test]
    fn what_others_have_measured_goes_on_here() {
        let mut board = board(&[1, 2]);
        assert!(board.unwritten().is_empty(), "nobody knows yet what stands there");
        finds(&mut board, Some(record(&[2, 3, 4], 3, 5)));
        assert_eq!(counted(&mut board), [3, 4]);
        let (_, written) = board.unwritten().remove(0);
        assert_eq!((written.peak, written.unique, written.version), (3, 4, 6));
        assert!(board.unwritten().is_empty(), "it is being written");
        board.visited(Visit { written: vec![(room(), written)], ..Visit::default() });
        assert!(board.unwritten().is_empty(), "there is nothing new");
        board.here(&room(), 3, &[1, 2, 7], &[7], Instant::now());
        assert_eq!(counted(&mut board), [3, 5]);
        assert_eq!(board.unwritten()[0].1.version, 7);
    }

    #[test]
    fn a_room_without_a_row_gets_one_and_a_row_that_somebody_else_wrote_is_read_again() {
        let mut board = board(&[1]);
        finds(&mut board, None);
        assert_eq!(board.unwritten()[0].1.version, 1);
        // Another instance was quicker.
        board.visited(Visit { unread: vec![room()], ..Visit::default() });
        assert!(board.unwritten().is_empty());
        finds(&mut board, Some(record(&[8], 1, 1)));
        assert_eq!(counted(&mut board), [1, 2]);
        assert_eq!(board.unwritten()[0].1.version, 2);
    }

    #[test]
    fn a_room_never_counts_below_what_was_known() {
        let mut board = board(&[1]);
        board.at_least(&room(), &Online { peak: 40, unique: 90, ..Online::default() });
        assert_eq!(counted(&mut board), [40, 90]);
        finds(&mut board, Some(record(&[1, 2], 3, 2)));
        assert_eq!(counted(&mut board), [40, 90]);
    }
}
