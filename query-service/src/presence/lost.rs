//! Whom an instance had that is no more: members of their rooms, who stay listed until somebody leaves
//! them.
//!
//! Of an instance that dies beside others, these remember whom it had. Of the last one nobody does: who
//! begins looks among the members for those who have ever been seen ([`super::record`]). Either way they
//! are only supposed to be gone, and have the time of everybody else to come again
//! ([`super::leavers`]).

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{AppId, RoomId, UserId};
use tokio::time::Instant;

use crate::presence::Keeper;
use crate::presence::leavers::Leaver;
use crate::presence::users::{self, Users};
use crate::read_models::ReadModels;

/// Members of a room that are read with one question.
const MEMBERS_AT_ONCE: u32 = 1_000;

/// Rooms that are read with one question.
const ROOMS_AT_ONCE: usize = 100;

/// Rooms that are still to be looked through, in order.
#[derive(Debug, Default)]
pub(super) struct Lost(VecDeque<Place>);

#[derive(Debug)]
struct Place {
    room_id: RoomId,
    /// For whom; nothing as long as it is not read who has ever been seen there.
    users: Option<Users>,
    /// Members up to this one were looked at.
    after: Option<UserId>,
}

impl Lost {
    /// Whom a dead instance had.
    pub(super) fn had(&mut self, rooms: Vec<(RoomId, Users)>) {
        let place = |(room_id, users)| Place { room_id, users: Some(users), after: None };
        self.0.extend(rooms.into_iter().map(place));
    }

    /// Whoever has ever been seen in these rooms.
    pub(super) fn ever(&mut self, rooms: impl IntoIterator<Item = RoomId>) {
        let place = |room_id| Place { room_id, users: None, after: None };
        self.0.extend(rooms.into_iter().map(place));
    }
}

/// What a search has brought.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) leavers: Vec<Leaver>,
    /// Where it did not come to: Postgres did not answer, or no more can be left now.
    rest: Lost,
    failed: bool,
}

/// A search under way.
pub(super) type Searching = Pin<Box<dyn Future<Output = Found> + Send>>;

/// Why a search ends early.
enum Stop {
    NoAnswer,
    Full,
}

struct Search {
    read_models: Arc<ReadModels>,
    app: AppId,
    /// More than these cannot be left now.
    max: usize,
    found: Vec<Leaver>,
}

impl Search {
    async fn run(mut self, mut lost: Lost) -> Found {
        let stop = self.look(&mut lost.0).await.err();
        let failed = matches!(stop, Some(Stop::NoAnswer));
        Found { leavers: self.found, rest: lost, failed }
    }

    async fn look(&mut self, places: &mut VecDeque<Place>) -> Result<(), Stop> {
        while let Some(place) = places.front_mut() {
            if place.users.is_none() {
                self.who_was_seen(places).await?;
                continue;
            }
            self.among_members(place).await?;
            places.pop_front();
        }
        Ok(())
    }

    /// Reads who has ever been seen in the next rooms; where nobody was, nobody is to be looked for.
    async fn who_was_seen(&self, places: &mut VecDeque<Place>) -> Result<(), Stop> {
        let unread = places.iter().take_while(|place| place.users.is_none());
        let rooms: Vec<RoomId> =
            unread.take(ROOMS_AT_ONCE).map(|place| place.room_id.clone()).collect();
        let records = self.read_models.audiences(&self.app, &rooms).await;
        let mut records = records.map_err(|_unanswered| Stop::NoAnswer)?;
        places.drain(..rooms.len());
        // In the order of before: whoever is not found now is looked for later.
        for room_id in rooms.into_iter().rev() {
            if let Some(at) = records.iter().position(|(seen_in, _)| *seen_in == room_id) {
                let users = Some(records.swap_remove(at).1.ever);
                places.push_front(Place { room_id, users, after: None });
            }
        }
        Ok(())
    }

    async fn among_members(&mut self, place: &mut Place) -> Result<(), Stop> {
        let Place { room_id, users: Some(users), after } = place else { return Ok(()) };
        loop {
            let members =
                self.read_models.members(&self.app, room_id, after.as_ref(), MEMBERS_AT_ONCE);
            let members = members.await.map_err(|_unanswered| Stop::NoAnswer)?;
            let is_last = members.len() < MEMBERS_AT_ONCE as usize;
            // Ids that the log had.
            let ids = members.iter().filter_map(|member| member.user_id.parse::<UserId>().ok());
            for user in ids {
                if users.may_contain(users::hash(&user)) {
                    if self.max <= self.found.len() {
                        return Err(Stop::Full);
                    }
                    self.found.push((room_id.clone(), user.clone()));
                }
                *after = Some(user);
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

impl Keeper {
    /// Looks for those of dead instances, one search at a time, for as many as there is room for.
    pub(super) fn look_for_lost(&mut self, now: Instant) {
        self.lost.had(self.board.lost());
        if self.leavers.is_off() {
            self.lost = Lost::default();
        }
        let max = self.leavers.room();
        if self.lost.0.is_empty() || self.searching.is_some() || max == 0 || now < self.search_at {
            return;
        }
        let (read_models, app) = (self.read_models.clone(), self.hub.app().clone());
        let search = Search { read_models, app, max, found: Vec::new() };
        self.searching = Some(Box::pin(search.run(std::mem::take(&mut self.lost))));
    }

    pub(super) fn searched(&mut self, found: Found) {
        let (now, Found { leavers, rest, failed }) = (Instant::now(), found);
        self.searching = None;
        for leaver in leavers {
            self.leavers.gone(leaver, now);
        }
        // Before what has been lost meanwhile.
        let meanwhile = std::mem::replace(&mut self.lost, rest);
        self.lost.0.extend(meanwhile.0);
        if failed {
            self.search_at = now + Duration::from_millis(self.config.record_ms);
        }
    }
}

/// Waits for ever where nothing is looked for.
pub(super) async fn found(searching: Option<&mut Searching>) -> Found {
    match searching {
        Some(searching) => searching.await,
        None => std::future::pending().await,
    }
}
