//! Notices: what concerns more than one room, told once to every open stream of the app, or of some
//! rooms, as a control frame without id. Never an event of each room.
//!
//! The frame is encoded once and shared. Every active room keeps the newest few under numbers of its
//! own; a stream holds the number it has come to, so there is no queue for each viewer. A stream that
//! was too slow for one is told how many it has missed; what they said is in the next snapshot, or
//! behind a route, under a version that a client can compare.

use std::collections::VecDeque;
use std::fmt;

use domain::ids::RoomId;
use domain::state::AppState;

use crate::hub::frame::Frame;

/// Whom a notice is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Audience<'a> {
    /// All who listen to any room of the app.
    App,
    /// All who listen to one of these rooms.
    Rooms(&'a [RoomId]),
}

/// How many notices of each kind there were: a client that holds other numbers has missed some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Versions {
    catalogue: u64,
    broadcast: u64,
}

impl Versions {
    pub(crate) fn of(state: &AppState) -> Self {
        Self { catalogue: state.catalogue_version, broadcast: state.broadcast_seq }
    }
}

/// As members of a JSON object.
impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { catalogue, broadcast } = self;
        write!(f, "\"catalogue_version\":{catalogue},\"broadcast_seq\":{broadcast}")
    }
}

/// What a stream finds after the number it has come to.
#[derive(Debug)]
pub(crate) enum NextNotice {
    /// The next one.
    Frame(Frame),
    /// So many are gone.
    Missed(u64),
    /// Nothing.
    None,
}

/// The newest notices of one room.
#[derive(Debug)]
pub(crate) struct Notices {
    kept: VecDeque<Frame>,
    max: usize,
    head: u64,
}

impl Notices {
    pub(crate) fn new(max: usize) -> Self {
        Self { kept: VecDeque::new(), max, head: 0 }
    }

    /// The number of the newest.
    pub(crate) fn head(&self) -> u64 {
        self.head
    }

    pub(crate) fn push(&mut self, frame: Frame) {
        self.head += 1;
        self.kept.push_back(frame);
        if self.max < self.kept.len() {
            self.kept.pop_front();
        }
    }

    /// What follows `cursor`, which moves past it.
    pub(crate) fn after(&self, cursor: &mut u64) -> NextNotice {
        let oldest = self.head - self.kept.len() as u64;
        if *cursor < oldest {
            let missed = oldest - *cursor;
            *cursor = oldest;
            return NextNotice::Missed(missed);
        }
        let place = usize::try_from(*cursor - oldest).unwrap_or(usize::MAX);
        match self.kept.get(place) {
            Some(frame) => {
                *cursor += 1;
                NextNotice::Frame(frame.clone())
            }
            None => NextNotice::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(notices: &Notices, cursor: &mut u64) -> Vec<String> {
        let mut read = Vec::new();
        loop {
            match notices.after(cursor) {
                NextNotice::Frame(frame) => read.push(frame.json().to_owned()),
                NextNotice::Missed(count) => read.push(format!("{count} missed")),
                NextNotice::None => return read,
            }
        }
    }

    #[test]
    fn each_stream_reads_all_from_where_it_began_and_is_told_what_it_missed() {
        let mut notices = Notices::new(2);
        let (mut slow, mut late) = (notices.head(), 0);
        for n in 1..=2 {
            notices.push(Frame::encode(None, &n.to_string()));
        }
        assert_eq!(read(&notices, &mut late), ["1", "2"]);
        for n in 3..=5 {
            notices.push(Frame::encode(None, &n.to_string()));
        }
        assert_eq!(read(&notices, &mut slow), ["3 missed", "4", "5"]);
        assert_eq!(read(&notices, &mut late), ["1 missed", "4", "5"]);
        assert_eq!(read(&notices, &mut late), [""; 0]);
        assert_eq!(notices.head(), 5);
    }
}
