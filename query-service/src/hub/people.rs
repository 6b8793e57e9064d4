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
use domain::state::AppState;
use domain::timestamp::Timestamp;
use tokio::sync::Notify;

use crate::feed::control::ByeReason;
use crate::hub::lock::{lock, read};
use crate::hub::members::is_believed;
use crate::hub::room::Room;
use crate::hub::subscription::Subscription;
use crate::hub::{AppHub, Reader};
use crate::presence::users;

/// Users that are remembered as having come or gone between two looks.
const CAME_MAX: usize = 8_192;

/// The open streams of a room.
#[derive(Debug, Default)]
pub(crate) struct People(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    lines: HashMap<UserId, Vec<Arc<Line>>>,
    connections: u64,
    /// Rises with every change.
    revision: u64,
    /// Who has come since somebody looked, guests or not.
    came: Vec<(u64, Role)>,
    /// Whose last stream has ended since then, and whether they had been silent for long already.
    gone: Vec<(UserId, bool)>,
}

/// Who is in a room at one moment.
#[derive(Debug)]
pub(crate) struct Crowd {
    pub(crate) revision: u64,
    pub(crate) connections: u64,
    /// Hashes of users, each once.
    pub(crate) users: Vec<u64>,
    /// The same of those who have come since the last look.
    pub(crate) came: Vec<u64>,
    /// Who is gone since the last look, and whether they had been silent for long already.
    pub(crate) gone: Vec<(UserId, bool)>,
}

/// One open stream, as far as it can be told something that concerns its user alone.
#[derive(Debug)]
pub(crate) struct Line {
    user: UserId,
    hash: u64,
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

/// No item says so.
const UNLISTED: SentAway = SentAway { reason: ByeReason::AdminNotListed, room_seq: 0 };

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
        let hash = users::hash(&user);
        let line = Line { user, hash, role, away: OnceLock::new(), told: Notify::new() };
        let line = Arc::new(line);
        let mut inside = lock(&self.0);
        inside.lines.entry(line.user.clone()).or_default().push(line.clone());
        inside.connections += 1;
        inside.revision += 1;
        if inside.came.len() < CAME_MAX {
            inside.came.push((hash, role));
        }
        drop(inside);
        line
    }

    /// The stream is over.
    pub(crate) fn go(&self, line: &Arc<Line>) {
        self.end(line, false);
    }

    /// Somebody without a stream has not said for long that they are there.
    pub(crate) fn beat_ended(&self, line: &Arc<Line>) {
        self.end(line, true);
    }

    /// Whether a user has a line.
    pub(crate) fn has(&self, user: &UserId) -> bool {
        lock(&self.0).lines.contains_key(user)
    }

    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.0).lines.is_empty()
    }

    fn end(&self, line: &Arc<Line>, was_silent: bool) {
        let mut inside = lock(&self.0);
        let Some(lines) = inside.lines.get_mut(&line.user) else { return };
        lines.retain(|other| !Arc::ptr_eq(other, line));
        if lines.is_empty() {
            inside.lines.remove(&line.user);
            if inside.gone.len() < CAME_MAX {
                inside.gone.push((line.user.clone(), was_silent));
            }
        }
        inside.connections -= 1;
        inside.revision += 1;
    }

    /// Who is there, unless that is what it was at `revision`.
    pub(crate) fn crowd(&self, revision: u64, with_guests: bool) -> Option<Crowd> {
        let mut inside = lock(&self.0);
        if inside.revision == revision {
            return None;
        }
        let counts = |role: Role| with_guests || role != Role::Guest;
        let came = std::mem::take(&mut inside.came);
        let came = came.into_iter().filter(|(_, role)| counts(*role)).map(|(hash, _)| hash);
        let line = |lines: &Vec<Arc<Line>>| lines.iter().find(|line| counts(line.role)).cloned();
        Some(Crowd {
            revision: inside.revision,
            connections: inside.connections,
            users: inside.lines.values().filter_map(line).map(|line| line.hash).collect(),
            came: came.collect(),
            gone: std::mem::take(&mut inside.gone),
        })
    }

    /// Ends the streams of a user, but not those of an admin, who cannot be kept out.
    fn send_away(&self, user: &UserId, away: SentAway) {
        for line in lock(&self.0).lines.get(user).into_iter().flatten() {
            if line.role != Role::Admin {
                line.send_away(away);
            }
        }
    }

    /// Ends the streams of whoever came as an admin and is none.
    pub(super) fn send_unlisted_away(&self, app: &AppState) {
        for line in lock(&self.0).lines.values().flatten() {
            if !is_believed(app, line.role, &line.user) {
                line.send_away(UNLISTED);
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

/// Sends whoever may not be there away again, for those who pass the door at the same moment as the
/// ban or the new list of admins.
pub(super) fn keep_out(
    subscription: &Subscription,
    app: &AppState,
    room: &RoomState,
    reader: &Reader,
    now: Timestamp,
) {
    if !is_believed(app, reader.role, &reader.user) {
        subscription.line().send_away(UNLISTED);
    } else if let Some(Ban { until }) = ban_of(room, reader.role, &reader.user, now) {
        let reason = ByeReason::Banned { until };
        subscription.line().send_away(SentAway { reason, room_seq: room.seq });
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
        assert!(lock(&people.0).lines.is_empty());
    }

    #[test]
    fn whoever_is_no_admin_any_more_is_sent_away_and_nobody_else() {
        let (people, mut app) = (People::default(), AppState::default());
        let ann = people.enter(&reader("ann", Role::Admin));
        let bob = people.enter(&reader("bob", Role::Admin));
        let viewer = people.enter(&reader("ann", Role::Viewer));
        people.send_unlisted_away(&app);
        assert_eq!(ann.sent_away(), None);
        app.admins = ["bob".parse().unwrap()].into();
        people.send_unlisted_away(&app);
        assert_eq!(ann.sent_away().map(|away| away.reason), Some(ByeReason::AdminNotListed));
        assert_eq!((bob.sent_away(), viewer.sent_away()), (None, None));
    }

    #[test]
    fn a_user_with_two_devices_is_one_and_guests_count_if_they_shall() {
        let people = People::default();
        let first = people.enter(&reader("ann", Role::Viewer));
        let second = people.enter(&reader("ann", Role::Viewer));
        people.enter(&reader("gus", Role::Guest));
        let all = people.crowd(0, true).unwrap();
        assert_eq!((all.connections, all.users.len(), all.came.len()), (3, 2, 3));
        assert!(people.crowd(all.revision, true).is_none());
        assert_eq!(people.crowd(0, false).unwrap().users.len(), 1);
        people.go(&first);
        let left = people.crowd(all.revision, true).unwrap();
        assert_eq!((left.connections, left.users.len(), left.came.len()), (2, 2, 0));
        people.go(&second);
        people.go(&second);
        assert_eq!(people.crowd(0, true).unwrap().connections, 1);
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
