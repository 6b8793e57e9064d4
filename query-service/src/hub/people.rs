//! Who listens to a room, user by user: one user may have several streams, one for each device.
//!
//! A stream is entered under the lock of the state, and a ban or a kick is folded in under the same
//! lock. So whoever opens a stream at that moment is either refused or found here and sent away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use domain::actor::Role;
use domain::event::EventData;
use domain::ids::{RoomId, UserId};
use domain::room::permission::{Ban, ban_of};
use domain::room::state::Room as RoomState;
use domain::timestamp::Timestamp;
use tokio::sync::Notify;

use crate::feed::control::ByeReason;
use crate::hub::lock::{lock, read};
use crate::hub::room::{Room, Subscription};
use crate::hub::{AppHub, Reader};

/// The open streams of a room.
#[derive(Debug, Default)]
pub(crate) struct People(Mutex<HashMap<UserId, Vec<Arc<Line>>>>);

/// One open stream, as far as it can be told something that concerns its user alone.
#[derive(Debug)]
pub(crate) struct Line {
    user: UserId,
    role: Role,
    away: OnceLock<SentAway>,
    /// Keeps one word for a stream that is busy; only the stream waits for it.
    told: Notify,
}

/// Why a stream ends that could go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SentAway {
    pub(crate) reason: ByeReason,
    /// The item that says so; the viewer gets it before the last word if they are not far behind it.
    pub(crate) room_seq: u64,
}

impl Line {
    /// Whether its user has to go.
    pub(crate) fn sent_away(&self) -> Option<SentAway> {
        self.away.get().copied()
    }

    /// Waits for [`Line::sent_away`]. What was said while nobody waited is not lost.
    pub(crate) async fn told(&self) {
        self.told.notified().await;
    }

    pub(crate) fn send_away(&self, away: SentAway) {
        // The first reason stands.
        if self.away.set(away).is_ok() {
            self.told.notify_one();
        }
    }
}

impl People {
    /// Enters a stream.
    pub(crate) fn enter(&self, reader: &Reader) -> Arc<Line> {
        let Reader { user, role } = reader.clone();
        let line = Line { user, role, away: OnceLock::new(), told: Notify::new() };
        let line = Arc::new(line);
        lock(&self.0).entry(line.user.clone()).or_default().push(line.clone());
        line
    }

    /// The stream is over.
    pub(crate) fn go(&self, line: &Arc<Line>) {
        let mut people = lock(&self.0);
        if let Some(lines) = people.get_mut(&line.user) {
            lines.retain(|other| !Arc::ptr_eq(other, line));
            if lines.is_empty() {
                people.remove(&line.user);
            }
        }
    }

    /// Ends the streams of a user, but not those of an admin, who cannot be kept out.
    fn send_away(&self, user: &UserId, away: SentAway) {
        for line in lock(&self.0).get(user).into_iter().flatten() {
            if line.role != Role::Admin {
                line.send_away(away);
            }
        }
    }
}

impl Room {
    /// Ends the streams of whoever the event sends away.
    pub(super) fn send_away(&self, data: &EventData, room_seq: u64) {
        if let EventData::UserBanned(banned) = data {
            let reason = ByeReason::Banned { until: banned.until };
            self.people().send_away(&banned.user_id, SentAway { reason, room_seq });
        } else if let EventData::UserKicked(kicked) = data {
            let away = SentAway { reason: ByeReason::Kicked, room_seq };
            self.people().send_away(&kicked.user_id, away);
        }
    }
}

/// Sends whoever is banned away again, for those who pass the door at the same moment as the ban.
pub(super) fn keep_out(
    subscription: &Subscription,
    state: &RoomState,
    reader: &Reader,
    now: Timestamp,
) {
    if let Some(Ban { until }) = ban_of(state, reader.role, &reader.user, now) {
        let reason = ByeReason::Banned { until };
        subscription.line().send_away(SentAway { reason, room_seq: state.seq });
    }
}

impl AppHub {
    /// Whether the reader is kept out of the room.
    pub(crate) fn ban(&self, room_id: &RoomId, reader: &Reader, now: Timestamp) -> Option<Ban> {
        let folded = read(&self.folded);
        let room = folded.state.rooms.get(room_id)?;
        ban_of(room, reader.role, &reader.user, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(user: &str, role: Role) -> Reader {
        Reader { user: user.parse().unwrap(), role }
    }

    #[test]
    fn all_streams_of_a_user_are_sent_away_and_no_others() {
        let people = People::default();
        let ann = [(); 2].map(|()| people.enter(&reader("ann", Role::Viewer)));
        let admin = people.enter(&reader("ann", Role::Admin));
        let bob = people.enter(&reader("bob", Role::Viewer));
        let away = SentAway { reason: ByeReason::Kicked, room_seq: 7 };
        people.send_away(&"ann".parse().unwrap(), away);
        assert_eq!(ann.each_ref().map(|line| line.sent_away()), [Some(away); 2]);
        assert_eq!((admin.sent_away(), bob.sent_away()), (None, None));
        for line in ann.iter().chain([&admin, &bob]) {
            people.go(line);
        }
        assert!(lock(&people.0).is_empty());
    }

    #[tokio::test]
    async fn a_stream_that_did_not_wait_is_told_all_the_same() {
        let line = People::default().enter(&reader("ann", Role::Viewer));
        line.send_away(SentAway { reason: ByeReason::Kicked, room_seq: 7 });
        line.send_away(SentAway { reason: ByeReason::Banned { until: None }, room_seq: 8 });
        line.told().await;
        assert_eq!(line.sent_away().unwrap().reason, ByeReason::Kicked);
    }
}
