//! Where in the log the items of a room stand, roughly: enough to read them from there.

use std::collections::VecDeque;

use domain::ids::LogSeq;

/// One place is kept for so many items.
const STRIDE: u64 = 256;

/// Places kept for a room: with the stride more than the items that are ever sent again.
const PLACES_MAX: usize = 64;

/// The places of one room, oldest first. Only of what was folded while the room was active.
#[derive(Debug, Default)]
pub(crate) struct Places(VecDeque<(u64, LogSeq)>);

impl Places {
    /// Takes notice of an item, which stands somewhere after `after`.
    pub(crate) fn note(&mut self, room_seq: u64, after: LogSeq) {
        if room_seq % STRIDE == 1 || self.0.is_empty() {
            if self.0.len() == PLACES_MAX {
                self.0.pop_front();
            }
            self.0.push_back((room_seq, after));
        }
    }

    /// The latest known place after which the item and all that follow it stand.
    pub(crate) fn before(&self, room_seq: u64) -> Option<LogSeq> {
        let known = self.0.iter().rev().find(|(noted, _)| *noted <= room_seq);
        known.map(|(_, after)| *after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_for_every_so_many_items() {
        let mut places = Places::default();
        for seq in 100..=600 {
            places.note(seq, LogSeq(seq * 10));
        }
        assert_eq!(places.before(99), None);
        assert_eq!(places.before(100), Some(LogSeq(1_000)));
        assert_eq!(places.before(256), Some(LogSeq(1_000)));
        assert_eq!(places.before(257), Some(LogSeq(2_570)));
        assert_eq!(places.before(10_000), Some(LogSeq(5_130)));
    }

    #[test]
    fn the_oldest_places_go_first() {
        let mut places = Places::default();
        for place in 0..=PLACES_MAX as u64 {
            places.note(place * STRIDE + 1, LogSeq(place));
        }
        assert_eq!(places.before(STRIDE), None);
        assert_eq!(places.before(STRIDE + 1), Some(LogSeq(1)));
    }
}
