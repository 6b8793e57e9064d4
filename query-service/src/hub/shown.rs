//! What may be shown now of what was pushed before: who may read fields, and what was taken back.

use std::sync::Arc;

use domain::field::Clearance;
use domain::ids::RoomId;
use domain::state::AppState;
use domain::view::clearance::{cleared_for, is_restricted_json};
use domain::view::recalled::recalled_item;

use crate::hub::frame::Frame;
use crate::hub::lock::read;
use crate::hub::room::Room;
use crate::hub::run::Run;
use crate::hub::{AppHub, Reader};

impl AppHub {
    /// What a reader has in a room at this moment.
    pub(crate) fn clearance(&self, room_id: &RoomId, reader: &Reader) -> Clearance {
        self.look(|app| {
            let room = app.rooms.get(room_id);
            room.map_or(Clearance::Anyone, |room| Clearance::of(room, reader.role, &reader.user))
        })
    }

    /// An item of the history as a frame, by the fields as they are now.
    pub(crate) fn frame(&self, room_seq: u64, json: &str) -> Frame {
        if is_restricted_json(json) {
            return self.look(|app| Frame::item(room_seq, json, &app.fields));
        }
        Frame::encode(Some(room_seq), json)
    }

    /// An item of the history as this reader may see it.
    pub(crate) fn show(&self, room_id: &RoomId, reader: &Reader, json: &mut String) {
        if is_restricted_json(json) {
            let clearance = self.clearance(room_id, reader);
            *json = self.look(|app| cleared_for(json, &app.fields, clearance, &reader.user));
        }
    }

    /// Whether the room's state knows of a recall: the tables may be a moment behind it.
    pub(crate) fn is_recalled(&self, room_id: &RoomId, room_seq: u64) -> bool {
        let folded = read(&self.folded);
        let room = self.rooms.lock().get(room_id).cloned();
        is_recalled(&folded.state, room_id, room.as_deref(), room_seq)
    }

    /// Items of a room's history as they are shown now, and the number of the change up to which
    /// that holds.
    pub(crate) fn shown_now(&self, room_id: &RoomId, room: &Room, run: Run) -> (Run, u64) {
        // The state, and with it the changes, stand still meanwhile.
        let folded = read(&self.folded);
        let recalled: Vec<u64> = (run.first..=run.last)
            .filter(|room_seq| is_recalled(&folded.state, room_id, Some(room), *room_seq))
            .collect();
        (without_texts(run, &recalled), room.newest_change())
    }
}

/// What was [`AppHub::shown_now`] at a change, as it is shown now; nothing if it must be read anew.
pub(crate) fn brought_up(room: &Room, run: Run, since: u64) -> Option<(Run, u64)> {
    if room.newest_change() == since {
        return Some((run, since));
    }
    let (recalled, now) = room.recalls_since(since)?;
    Some((without_texts(run, &recalled), now))
}

fn is_recalled(state: &AppState, room_id: &RoomId, room: Option<&Room>, room_seq: u64) -> bool {
    let known = state.rooms.get(room_id);
    known.is_some_and(|known| known.recent.is_recalled(room_seq))
        || room.is_some_and(|room| room.is_recalled(room_seq))
}

/// A run with one frame for each item, without the texts of these items.
fn without_texts(run: Run, recalled: &[u64]) -> Run {
    if !recalled.iter().any(|room_seq| (run.first..=run.last).contains(room_seq)) {
        return run;
    }
    let frames = (run.first..).zip(run.frames.iter()).map(|(room_seq, frame)| {
        if recalled.contains(&room_seq) {
            Frame::encode(Some(room_seq), &recalled_item(frame.json()))
        } else {
            frame.clone()
        }
    });
    let frames: Arc<[Frame]> = frames.collect();
    Run::join(run.first, run.last, frames)
}
