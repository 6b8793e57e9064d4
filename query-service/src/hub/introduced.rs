//! Who has changed their nick or picture: kept until the presence of the app comes by, which knows in
//! which rooms they are, on whichever instance ([`crate::presence`]).

use std::sync::Mutex;

use domain::event::{Event, EventData};
use domain::ids::{RoomId, UserId};
use domain::view::notice::introduction;
use tokio::time::Instant;

use crate::hub::AppHub;
use crate::hub::frame::Frame;
use crate::hub::lock::lock;
use crate::hub::notice::Audience;
use crate::hub::pace::Haste;

/// Changes that wait at the most; more of them are seen with the user's next message.
const WAITING_MAX: usize = 1_000;

/// Who has changed, and how their rooms are told.
#[derive(Debug, Default)]
pub(crate) struct Introduced(Mutex<Vec<(UserId, Frame)>>);

impl Introduced {
    /// Takes an event of the app, if it is about how somebody is shown.
    pub(super) fn take(&self, event: &Event) {
        let EventData::UserRegistered(registered) = &event.data else { return };
        let Some(json) = introduction(event) else { return };
        let mut waiting = lock(&self.0);
        if waiting.len() < WAITING_MAX {
            waiting.push((registered.user_id.clone(), Frame::encode(None, &json)));
        }
    }
}

impl AppHub {
    /// Who has changed since this was asked last.
    pub(crate) fn introduced(&self) -> Vec<(UserId, Frame)> {
        std::mem::take(&mut *lock(&self.introduced.0))
    }

    /// Tells some rooms.
    pub(crate) fn tell_rooms(&self, rooms: &[RoomId], frame: &Frame) {
        let told = self.rooms.lock().tell(Audience::Rooms(rooms), frame);
        let now = Instant::now();
        for room in told {
            self.tell_of_news(room, Haste::Urgent, now);
        }
    }
}
