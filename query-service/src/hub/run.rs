//! Items that follow each other, joined once for all who are at the same place.

use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use domain::field::Clearance;
use domain::ids::UserId;
use domain::view::feed_item::Priority;

use crate::hub::frame::Frame;
use crate::hub::merge::Shed;

/// Items that follow each other, ready to be written in one go.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// `room_seq` of the first item.
    pub(crate) first: u64,
    /// `room_seq` of the last item: the reader's next cursor.
    pub(crate) last: u64,
    /// All of it as one piece of a `text/event-stream`.
    pub(crate) sse: Bytes,
    /// The same frame by frame; a frame may stand for several items.
    pub(crate) frames: Arc<[Frame]>,
    /// What was left out of it.
    pub(crate) shed: Shed,
    /// The lowest class that was not left out for a viewer who does not keep up.
    pub(super) keep: Priority,
    restricted: bool,
    /// All of it as messages of a WebSocket, once somebody needs it.
    websocket: Arc<OnceLock<Bytes>>,
}

impl Run {
    /// Joins the frames for the items from `first` to `last`.
    pub(crate) fn join(first: u64, last: u64, frames: Arc<[Frame]>) -> Self {
        let sse = if let [frame] = &*frames {
            frame.sse().clone()
        } else {
            let mut joined = BytesMut::with_capacity(frames.iter().map(|f| f.sse().len()).sum());
            for frame in &*frames {
                joined.extend_from_slice(frame.sse());
            }
            joined.freeze()
        };
        let (shed, keep, websocket) = (Shed::default(), Priority::Lowest, Arc::default());
        let restricted = frames.iter().any(Frame::is_restricted);
        Self { first, last, sse, frames, shed, keep, restricted, websocket }
    }

    /// The same, of which something was left out: `shed`, for whoever is given only `keep`.
    pub(super) fn without(self, shed: Shed, keep: Priority) -> Self {
        Self { shed, keep, ..self }
    }

    /// A part of it with one frame for each item, which shares its bytes.
    pub(crate) fn part(&self, first: u64, frames: Arc<[Frame]>, sse: Bytes) -> Self {
        let last = first + (frames.len() as u64).saturating_sub(1);
        Self { first, last, sse, frames, websocket: Arc::default(), ..self.clone() }
    }

    /// All of it as messages of a WebSocket: a server's need no mask, so all viewers share them.
    pub(crate) fn websocket(&self) -> &Bytes {
        self.websocket.get_or_init(|| {
            let mut joined = BytesMut::with_capacity(self.sse.len());
            for frame in &*self.frames {
                frame.put_message(&mut joined);
            }
            joined.freeze()
        })
    }

    /// As a reader with this clearance gets it. Nearly always all get the same.
    pub(crate) fn cleared(self, user: &UserId, clearance: impl FnOnce() -> Clearance) -> Self {
        if !self.is_restricted() {
            return self;
        }
        let clearance = clearance();
        let frames = self.frames.iter().map(|frame| frame.cleared(clearance, user).clone());
        let frames = frames.collect();
        let (shed, keep) = (self.shed, self.keep);
        Self { shed, keep, ..Self::join(self.first, self.last, frames) }
    }

    /// Whether readers get different frames.
    pub(crate) fn is_restricted(&self) -> bool {
        self.restricted
    }

    /// Whether it is for viewers who do not keep up: others are given all classes.
    pub(crate) fn is_for_slow(&self) -> bool {
        self.keep != Priority::Lowest
    }

    /// How many items it brings.
    pub(crate) fn items(&self) -> u64 {
        self.last - self.first + 1
    }
}
