//! What has changed about items that were pushed before. Pieces of history that are kept elsewhere
//! are brought up to date with it before anybody is given one.
//!
//! All changes of an app are numbered in one row, so that a room that is forgotten and comes back
//! does not begin again with numbers that it has had.

use std::collections::VecDeque;

/// What was kept before more recalls than these is read anew.
const RECALLS_KEPT: usize = 256;

/// The changes of one active room.
#[derive(Debug)]
pub(crate) struct Changes {
    /// With their numbers, ascending.
    recalls: VecDeque<(u64, u64)>,
    /// Of changes after this number all are known.
    known_from: u64,
    newest: u64,
}

impl Changes {
    /// For a room that becomes active: what was before is not known.
    pub(crate) fn new(number: u64) -> Self {
        Self { recalls: VecDeque::new(), known_from: number, newest: number }
    }

    /// An item was taken back.
    pub(crate) fn recalled(&mut self, number: u64, room_seq: u64) {
        if self.recalls.len() == RECALLS_KEPT
            && let Some((oldest, _)) = self.recalls.pop_front()
        {
            self.known_from = oldest;
        }
        self.recalls.push_back((number, room_seq));
        self.newest = number;
    }

    /// Something that concerns all items: nothing that was kept is good any more.
    pub(crate) fn all_changed(&mut self, number: u64) {
        (self.known_from, self.newest) = (number, number);
    }

    /// The number of the newest change.
    pub(crate) fn newest(&self) -> u64 {
        self.newest
    }

    /// The items that were taken back after the change with this number; nothing if that, or
    /// something else that has changed, is not known.
    pub(crate) fn recalls_since(&self, number: u64) -> Option<Vec<u64>> {
        if number < self.known_from {
            return None;
        }
        let later = self.recalls.iter().filter(|(its_number, _)| number < *its_number);
        Some(later.map(|(_, room_seq)| *room_seq).collect())
    }

    /// Whether the item is among the newest that were taken back.
    pub(crate) fn is_recalled(&self, room_seq: u64) -> bool {
        self.recalls.iter().any(|(_, recalled)| *recalled == room_seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_learns_which_items_were_taken_back_since() {
        let mut changes = Changes::new(7);
        assert_eq!(changes.recalls_since(7), Some(vec![]));
        assert_eq!(changes.recalls_since(6), None, "the room was not active then");
        changes.recalled(8, 40);
        changes.recalled(11, 30);
        assert_eq!(changes.recalls_since(7), Some(vec![40, 30]));
        assert_eq!(changes.recalls_since(8), Some(vec![30]));
        assert_eq!((changes.recalls_since(11), changes.newest()), (Some(vec![]), 11));
        assert!(changes.is_recalled(40) && !changes.is_recalled(41));
        changes.all_changed(12);
        assert_eq!((changes.recalls_since(11), changes.recalls_since(12)), (None, Some(vec![])));
        assert!(changes.is_recalled(40));
    }

    #[test]
    fn more_recalls_than_are_kept_are_not_known() {
        let mut changes = Changes::new(0);
        for number in 1..=RECALLS_KEPT as u64 {
            changes.recalled(number, number);
        }
        assert_eq!(changes.recalls_since(0).map(|recalls| recalls.len()), Some(RECALLS_KEPT));
        changes.recalled(1_000, 1_000);
        assert_eq!(changes.recalls_since(0), None);
        assert_eq!(changes.recalls_since(1).map(|recalls| recalls.len()), Some(RECALLS_KEPT));
    }
}
