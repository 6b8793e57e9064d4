//! Whom an instance had that is no more: members of their rooms, who stay listed until somebody leaves
//! them.
//!
//! Of an instance that dies beside others, these remember whom it had. Of the last one nobody does: who
//! begins looks among the members for those who have ever been seen ([`super::record`]). Either way they
//! are only supposed to be gone, and have the time of everybody else to come again
//! ([`super::leavers`]).

use std::pin::Pin;
use std::sync::Arc;

use domain::ids::{AppId, RoomId};

use crate::presence::Keeper;
use crate::presence::leavers::Leaver;
use crate::presence::users::{self, Users};
use crate::read_models::ReadModels;

/// Members of a room that are read with one question.
const MEMBERS_AT_ONCE: u32 = 1_000;

/// Rooms that are read with one question.
const ROOMS_AT_ONCE: usize = 100;

/// Where to look, and for whom.
#[derive(Debug)]
pub(super) enum Lost {
    /// Whom a dead instance had.
    Had(Vec<(RoomId, Users)>),
    /// Whoever has ever been seen there.
    Ever(Vec<RoomId>),
}

/// A search under way.
pub(super) type Searching = Pin<Box<dyn Future<Output = Vec<Leaver>> + Send>>;

struct Search {
    read_models: Arc<ReadModels>,
    app: AppId,
    /// More than these cannot be left.
    max: usize,
    found: Vec<Leaver>,
}

impl Search {
    /// Nothing more than was found where Postgres does not answer.
    async fn run(mut self, lost: Lost) -> Vec<Leaver> {
        match lost {
            Lost::Had(rooms) => {
                for (room_id, users) in rooms {
                    self.among_members(&room_id, &users).await;
                }
            }
            Lost::Ever(rooms) => {
                for rooms in rooms.chunks(ROOMS_AT_ONCE) {
                    let records = self.read_models.audiences(&self.app, rooms).await;
                    for (room_id, record) in records.unwrap_or_default() {
                        self.among_members(&room_id, &record.ever).await;
                    }
                }
            }
        }
        self.found
    }

    async fn among_members(&mut self, room_id: &RoomId, users: &Users) {
        let mut after = None;
        while self.found.len() < self.max {
            let members =
                self.read_models.members(&self.app, room_id, after.as_ref(), MEMBERS_AT_ONCE);
            let members = members.await.unwrap_or_default();
            let is_last = members.len() < MEMBERS_AT_ONCE as usize;
            // Ids that the log had.
            let ids = members.iter().filter_map(|member| member.user_id.parse().ok());
            for user in ids {
                if users.may_contain(users::hash(&user)) {
                    self.found.push((room_id.clone(), user.clone()));
                }
                after = Some(user);
            }
            if is_last {
                return;
            }
        }
    }
}

impl Keeper {
    /// Looks for those of dead instances, one search at a time.
    pub(super) fn look_for_lost(&mut self) {
        let had = self.board.lost();
        if !had.is_empty() {
            self.lost.push_back(Lost::Had(had));
        }
        if self.searching.is_none()
            && let Some(lost) = self.lost.pop_front()
        {
            let (read_models, app) = (self.read_models.clone(), self.hub.app().clone());
            let max = self.config.leaves_waiting_max;
            let search = Search { read_models, app, max, found: Vec::new() };
            self.searching = Some(Box::pin(search.run(lost)));
        }
    }
}

/// Waits for ever where nothing is looked for.
pub(super) async fn found(searching: Option<&mut Searching>) -> Vec<Leaver> {
    match searching {
        Some(searching) => searching.await,
        None => std::future::pending().await,
    }
}
