//! Who is in the rooms of an app, put together from what every instance says. Pure: no lock, no clock.
//!
//! What an instance says of a room holds until it says something else, or is silent for too long: then
//! it is taken for dead, and its viewers for gone. Unions of sets count nobody twice and do not mind
//! what is lost or told again, and no sum ever goes below zero.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::RoomId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::config::PresenceConfig;
use crate::presence::record::Kept;
use crate::presence::users::Users;

/// How many are in a room, over all instances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Online {
    /// Open streams, and whoever says without one that they are there.
    pub(crate) connections: u64,
    /// Users, each once, however many devices they have.
    pub(crate) users: u64,
    /// The most users that there were at once.
    pub(crate) peak: u64,
    /// All users that there have been.
    pub(crate) unique: u64,
}

/// What an instance says of a room.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) connections: u64,
    pub(crate) users: Users,
    /// As [`Online::peak`], as far as it knows.
    pub(crate) peak: u64,
    /// All users that it has heard of, if that has changed since it said so last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ever: Option<Users>,
}

/// One instance among others.
pub(crate) type Instance = String;

#[derive(Debug)]
pub(crate) struct Board {
    pub(super) config: PresenceConfig,
    pub(super) rooms: HashMap<RoomId, Audience>,
    /// Users of instances that were taken for dead.
    lost: Vec<(RoomId, Users)>,
}

/// Of one room.
#[derive(Debug, Default)]
pub(super) struct Audience {
    here: Summary,
    elsewhere: HashMap<Instance, (Instant, Summary)>,
    pub(super) ever: Users,
    pub(super) peak: u64,
    /// There have been at least so many, whatever `ever` says.
    pub(super) unique_least: u64,
    pub(super) kept: Kept,
    /// There is something to say to others about what is here.
    is_news: bool,
    /// `ever` has grown since it was told.
    has_grown: bool,
    pub(super) online: Online,
    pushed: Option<(Instant, Online)>,
    touched: Option<Instant>,
}

/// What has changed in a room.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) room_id: RoomId,
    pub(crate) online: Online,
    /// Viewers are to be told now.
    pub(crate) push: bool,
}

impl Board {
    pub(crate) fn new(config: PresenceConfig) -> Self {
        Self { config, rooms: HashMap::new(), lost: Vec::new() }
    }

    /// Who is in a room here, and who has come since this was said last, also if they have gone again.
    pub(crate) fn here(
        &mut self,
        room_id: &RoomId,
        connections: u64,
        users: &[u64],
        came: &[u64],
        now: Instant,
    ) {
        let exact_max = self.config.exact_users_max;
        let audience = self.rooms.entry(room_id.clone()).or_default();
        let mut set = Users::default();
        for user in users {
            set.insert(*user, exact_max);
        }
        for user in came {
            audience.ever.insert(*user, exact_max);
        }
        audience.ever.unite(&set, exact_max);
        audience.has_grown |= !came.is_empty();
        audience.here.connections = connections;
        audience.here.users = set;
        audience.is_news = true;
        audience.touched = Some(now);
    }

    /// What another instance says of a room.
    pub(crate) fn elsewhere(
        &mut self,
        instance: &Instance,
        room_id: RoomId,
        mut summary: Summary,
        now: Instant,
    ) {
        let audience = self.rooms.entry(room_id).or_default();
        if let Some(ever) = summary.ever.take() {
            audience.ever.unite(&ever, self.config.exact_users_max);
        }
        audience.ever.unite(&summary.users, self.config.exact_users_max);
        audience.peak = audience.peak.max(summary.peak);
        audience.touched = Some(now);
        if summary.connections == 0 {
            audience.elsewhere.remove(instance);
        } else {
            audience.elsewhere.insert(instance.clone(), (now, summary));
        }
    }

    /// The rooms in which somebody is, on whichever instance. Large rooms are left out.
    pub(crate) fn rooms_of(&self, user: u64) -> Vec<RoomId> {
        let is_in = |audience: &Audience| {
            let mut elsewhere = audience.elsewhere.values();
            audience.here.users.contains(user) || elsewhere.any(|(_, it)| it.users.contains(user))
        };
        let rooms = self.rooms.iter().filter(|(_, audience)| is_in(audience));
        rooms.map(|(room_id, _)| room_id.clone()).collect()
    }

    /// What there is to tell the other instances: what has changed here, or all that is here.
    pub(crate) fn news(&mut self, all: bool) -> Vec<(RoomId, Summary)> {
        let mut news = Vec::new();
        for (room_id, audience) in &mut self.rooms {
            let has_people = 0 < audience.here.connections;
            if audience.is_news || all && has_people {
                let tells = audience.has_grown || all;
                audience.here.peak = audience.peak;
                let ever = tells.then(|| audience.ever.clone());
                news.push((room_id.clone(), Summary { ever, ..audience.here.clone() }));
                (audience.is_news, audience.has_grown) = (false, false);
            }
        }
        news
    }

    /// Whom the instances had that were taken for dead since this was asked last.
    pub(crate) fn lost(&mut self) -> Vec<(RoomId, Users)> {
        std::mem::take(&mut self.lost)
    }

    /// Whether another instance has somebody in a room. Of a large room nobody knows without asking.
    pub(crate) fn is_elsewhere(&self, room_id: &RoomId, user: u64) -> bool {
        let audience = self.rooms.get(room_id).into_iter();
        let mut elsewhere = audience.flat_map(|audience| audience.elsewhere.values());
        elsewhere.any(|(_, summary)| summary.users.contains(user))
    }

    /// Counts, and forgets who has been silent for too long and rooms that nobody has come to.
    pub(crate) fn count(&mut self, now: Instant) -> Vec<Change> {
        let config = &self.config;
        let expiry = Duration::from_millis(config.expiry_ms);
        let forget = Duration::from_millis(config.forget_ms);
        let (mut changes, lost) = (Vec::new(), &mut self.lost);
        self.rooms.retain(|room_id, audience| {
            audience.elsewhere.retain(|_, (at, summary)| {
                let lives = now.duration_since(*at) < expiry;
                if !lives {
                    lost.push((room_id.clone(), std::mem::take(&mut summary.users)));
                }
                lives
            });
            let online = audience.counted(config.exact_users_max);
            let push = audience.is_push_due(&online, config, now);
            if push {
                audience.pushed = Some((now, online));
            }
            if push || online != audience.online {
                audience.online = online;
                changes.push(Change { room_id: room_id.clone(), online, push });
            }
            let is_recent = audience.touched.is_some_and(|at| now.duration_since(at) < forget);
            0 < online.connections || is_recent
        });
        changes
    }
}

impl Audience {
    fn counted(&mut self, exact_max: usize) -> Online {
        let mut users = self.here.users.clone();
        let mut connections = self.here.connections;
        for (_, summary) in self.elsewhere.values() {
            users.unite(&summary.users, exact_max);
            connections = connections.saturating_add(summary.connections);
        }
        let users = users.count();
        self.peak = self.peak.max(users);
        let unique = self.ever.count().max(self.peak).max(self.unique_least);
        Online { connections, users, peak: self.peak, unique }
    }

    /// A small change of many waits a while; the first figure and whatever is old enough do not.
    fn is_push_due(&self, online: &Online, config: &PresenceConfig, now: Instant) -> bool {
        let Some((at, last)) = &self.pushed else { return true };
        let waited = now.duration_since(*at).as_millis();
        let changed = online.users.abs_diff(last.users);
        let much = last.users.saturating_mul(config.push_change_percent.into());
        let pause = if much <= changed.saturating_mul(100) && 0 < changed {
            config.push_pause_ms
        } else {
            config.push_within_ms
        };
        online != last && u128::from(pause) <= waited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> Board {
        Board::new(PresenceConfig::default())
    }

    fn room() -> RoomId {
        "tea".parse().unwrap()
    }

    fn summary(users: &[u64]) -> Summary {
        let mut set = Users::default();
        for user in users {
            set.insert(*user, 10_000);
        }
        Summary { connections: users.len() as u64, users: set, ..Summary::default() }
    }

    fn counted(board: &mut Board, now: Instant) -> [u64; 4] {
        board.count(now);
        let Online { connections, users, peak, unique } = board.rooms[&room()].online;
        [connections, users, peak, unique]
    }

    #[test]
    fn a_user_of_two_instances_counts_once_and_goes_with_the_last_stream() {
        let (mut board, now) = (board(), Instant::now());
        board.here(&room(), 3, &[1, 2], &[1, 2], now);
        board.elsewhere(&"b".to_owned(), room(), summary(&[2, 3]), now);
        assert_eq!(counted(&mut board, now), [5, 3, 3, 3]);
        board.here(&room(), 1, &[1], &[], now);
        assert_eq!(counted(&mut board, now), [3, 3, 3, 3]);
        board.elsewhere(&"b".to_owned(), room(), summary(&[]), now);
        assert_eq!(counted(&mut board, now), [1, 1, 3, 3]);
        // Who came and went between two counts has been there all the same.
        board.here(&room(), 0, &[], &[4, 5], now);
        assert_eq!(counted(&mut board, now), [0, 0, 3, 5]);
    }

    #[test]
    fn who_is_silent_is_gone_at_that_instant_and_what_they_knew_stays() {
        let (mut board, now) = (board(), Instant::now());
        board.here(&room(), 1, &[1], &[1], now);
        let ever = Some(summary(&[7, 8]).users);
        let said = Summary { peak: 9, ever, ..summary(&[2, 3]) };
        board.elsewhere(&"b".to_owned(), room(), said, now);
        let expiry = Duration::from_millis(PresenceConfig::default().expiry_ms);
        let before = now + expiry.checked_sub(Duration::from_millis(1)).unwrap();
        assert_eq!(counted(&mut board, before), [3, 3, 9, 9]);
        assert_eq!(counted(&mut board, now + expiry), [1, 1, 9, 9]);
    }

    #[test]
    fn what_has_changed_is_told_and_all_of_it_now_and_then() {
        let (mut board, now) = (board(), Instant::now());
        board.here(&room(), 1, &[1], &[1], now);
        assert_eq!(board.news(false).len(), 1);
        assert!(board.news(false).is_empty());
        let again = board.news(true);
        assert_eq!(again[0].1.ever.as_ref().map(Users::count), Some(1));
        board.here(&room(), 0, &[], &[], now);
        assert_eq!(board.news(false)[0].1.connections, 0);
        assert!(board.news(true).is_empty());
    }

    #[test]
    fn a_small_change_of_many_waits_and_a_large_one_only_for_the_pause() {
        let (mut board, now) = (board(), Instant::now());
        let config = PresenceConfig::default();
        let pushed = |board: &mut Board, users: u64, ms: u64| {
            let users: Vec<u64> = (0..users).collect();
            let at = now + Duration::from_millis(ms);
            board.here(&room(), users.len() as u64, &users, &users, at);
            board.count(at).first().is_some_and(|change| change.push)
        };
        assert!(pushed(&mut board, 100, 0));
        let pause = config.push_pause_ms;
        assert!(!pushed(&mut board, 120, pause - 1));
        assert!(pushed(&mut board, 120, pause));
        assert!(!pushed(&mut board, 121, 2 * pause));
        assert!(pushed(&mut board, 121, pause + config.push_within_ms));
        assert!(!pushed(&mut board, 121, 9 * config.push_within_ms));
    }

    #[test]
    fn a_room_that_nobody_comes_to_is_forgotten() {
        let (mut board, now) = (board(), Instant::now());
        board.here(&room(), 0, &[], &[1], now);
        let forget = Duration::from_millis(PresenceConfig::default().forget_ms);
        board.count(now + forget);
        assert!(board.rooms.is_empty());
    }
}
