//! What was left out of a room and is not in Postgres yet, within bounds.

use std::sync::Mutex;

use domain::view::feed_item::Priority;

use crate::hub::lock::lock;
use crate::hub::merge::Shed;

/// Items that are remembered while Postgres is away; of a room that leaves out more, the rest is not
/// counted.
const ITEMS_MAX: usize = 16_384;

/// Of one room.
#[derive(Debug, Default)]
pub(crate) struct ShedCounts(Mutex<Counted>);

#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// Items of the room, for all its viewers: by `room_seq`, because other processes count them too.
    pub(crate) items: Vec<(u64, Priority)>,
    /// For viewers who did not keep up.
    pub(crate) viewers: Shed,
}

impl Counted {
    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.viewers == Shed::default()
    }

    /// The items of one class.
    pub(crate) fn of(&self, class: Priority) -> impl Iterator<Item = u64> {
        self.items.iter().filter(move |(_, its_class)| *its_class == class).map(|(seq, _)| *seq)
    }
}

impl ShedCounts {
    /// An item of the room was more than its viewers are sent.
    pub(crate) fn note(&self, room_seq: u64, class: Priority) {
        let mut counted = lock(&self.0);
        if counted.items.len() < ITEMS_MAX {
            counted.items.push((room_seq, class));
        }
    }

    /// Items were left out for a viewer who does not keep up.
    pub(crate) fn note_viewer(&self, shed: &Shed) {
        lock(&self.0).viewers.sum(shed);
    }

    /// What there is, if there is something.
    pub(crate) fn take(&self) -> Option<Counted> {
        let mut counted = lock(&self.0);
        (!counted.is_empty()).then(|| std::mem::take(&mut *counted))
    }

    /// It could not be written.
    pub(crate) fn put_back(&self, mut earlier: Counted) {
        let mut counted = lock(&self.0);
        earlier.items.append(&mut counted.items);
        earlier.items.truncate(ITEMS_MAX);
        earlier.viewers.sum(&counted.viewers);
        *counted = earlier;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_written_is_kept_within_bounds() {
        let counts = ShedCounts::default();
        assert!(counts.take().is_none());
        counts.note(7, Priority::Low);
        counts.note_viewer(&Shed { normal: 2, ..Shed::default() });
        let earlier = counts.take().unwrap();
        counts.note(8, Priority::Normal);
        counts.note_viewer(&Shed { normal: 1, lowest: 5, ..Shed::default() });
        counts.put_back(earlier);
        let all = counts.take().unwrap();
        assert_eq!(all.items, [(7, Priority::Low), (8, Priority::Normal)]);
        assert_eq!(all.viewers, Shed { normal: 3, low: 0, lowest: 5 });
        assert_eq!(all.of(Priority::Low).collect::<Vec<_>>(), [7]);

        for room_seq in 0..=ITEMS_MAX as u64 {
            counts.note(room_seq, Priority::Lowest);
        }
        counts.put_back(all);
        let all = counts.take().unwrap();
        assert_eq!((all.items.len(), all.items[2]), (ITEMS_MAX, (0, Priority::Lowest)));
    }
}
