//! The newest items of a room, encoded, within bounds. Pure: no lock, no clock, no waking.
//!
//! Readers hold a cursor, the `room_seq` they have come to. There is no queue per reader: who falls
//! behind the oldest item is told so and reads the rest elsewhere.

use std::collections::VecDeque;

use domain::view::clearance::Fields;
use domain::view::feed_item::Priority;
use domain::view::recalled::recalled_item;

use crate::hub::frame::Frame;
use crate::hub::item::Item;
use crate::hub::merge;
use crate::hub::run::Run;

/// How many different runs are kept joined: readers of a room mostly stand at one or two places.
const RUNS_KEPT: usize = 4;

/// How much a ring holds and hands out at once.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "a limit says so")]
pub(crate) struct RingLimits {
    /// Items held.
    pub(crate) items_max: usize,
    /// Bytes held; the newest item is held whatever its size.
    pub(crate) bytes_max: usize,
    /// Bytes of one run, unless one item alone is larger.
    pub(crate) run_bytes_max: usize,
}

/// What a reader finds after its cursor.
#[derive(Debug, Clone)]
pub(crate) enum After {
    /// The next items.
    Run(Run),
    /// Nothing yet.
    UpToDate,
    /// The next item has been evicted.
    Behind,
}

#[derive(Debug)]
pub(crate) struct Ring {
    limits: RingLimits,
    items: VecDeque<Item>,
    bytes: usize,
    head: u64,
    runs: VecDeque<Run>,
}

impl Ring {
    /// An empty ring of a room whose last item is `head`.
    pub(crate) fn new(head: u64, limits: RingLimits) -> Self {
        Self { limits, items: VecDeque::new(), bytes: 0, head, runs: VecDeque::new() }
    }

    /// `room_seq` of the last item of the room.
    pub(crate) fn head(&self) -> u64 {
        self.head
    }

    /// The oldest cursor that can still be served.
    pub(crate) fn oldest_cursor(&self) -> u64 {
        self.head - self.items.len() as u64
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes the next item and gives back how many it evicted.
    pub(crate) fn push(&mut self, room_seq: u64, item: Item) -> u64 {
        debug_assert_eq!(self.head + 1, room_seq, "room_seq is dense");
        self.head = room_seq;
        self.bytes += item.frame.sse().len();
        self.items.push_back(item);
        self.evict_to(self.limits.items_max, self.limits.bytes_max)
    }

    /// An item that is still held.
    pub(crate) fn item(&self, room_seq: u64) -> Option<Frame> {
        let place = room_seq.checked_sub(self.oldest_cursor() + 1)?;
        self.items.get(usize::try_from(place).ok()?).map(|item| item.frame.clone())
    }

    /// Puts what is shown from now on in the place of an item that is still held, also for those who
    /// have not come to it yet. Gives back whether it was held.
    pub(crate) fn recall(&mut self, room_seq: u64) -> bool {
        let place = room_seq.checked_sub(self.oldest_cursor() + 1);
        let place = place.and_then(|place| usize::try_from(place).ok());
        let Some(item) = place.and_then(|place| self.items.get_mut(place)) else { return false };
        // No item with fields is ever recalled.
        let frame = Frame::item(room_seq, &recalled_item(item.frame.json()), &Fields::new());
        self.bytes = self.bytes - item.frame.sse().len() + frame.sse().len();
        item.frame = frame;
        self.runs.retain(|run| room_seq < run.first || run.last < room_seq);
        true
    }

    /// Evicts the older half.
    pub(crate) fn halve(&mut self) -> u64 {
        self.evict_to(self.items.len().div_ceil(2), self.bytes / 2)
    }

    fn evict_to(&mut self, items_max: usize, bytes_max: usize) -> u64 {
        let mut evicted = 0;
        while 1 < self.items.len() && (items_max < self.items.len() || bytes_max < self.bytes) {
            if let Some(oldest) = self.items.pop_front() {
                self.bytes -= oldest.frame.sse().len();
                evicted += 1;
            }
        }
        let oldest_cursor = self.oldest_cursor();
        self.runs.retain(|run| oldest_cursor < run.first);
        evicted
    }

    /// What follows `cursor`, without classes below `keep`. Readers at the same place share one run.
    pub(crate) fn after(&mut self, cursor: u64, keep: Priority) -> After {
        if self.head <= cursor {
            return After::UpToDate;
        }
        let Some(skip) = cursor.checked_sub(self.oldest_cursor()) else { return After::Behind };
        let Ok(skip) = usize::try_from(skip) else { return After::Behind };
        let last = self.last_of_run(cursor, skip, keep);
        let is_it = |run: &&Run| (run.first, run.last, run.keep) == (cursor + 1, last, keep);
        if let Some(run) = self.runs.iter().find(is_it) {
            return After::Run(run.clone());
        }
        let count = usize::try_from(last - cursor).unwrap_or(usize::MAX);
        let items = self.items.range(skip..skip + count);
        let merged = merge::frames(cursor + 1, items, keep);
        let run = Run::join(cursor + 1, last, merged.frames).without(merged.shed, keep);
        if self.runs.len() == RUNS_KEPT {
            self.runs.pop_front();
        }
        self.runs.push_back(run.clone());
        After::Run(run)
    }

    /// What a reader at `cursor` is to be given who keeps up with the room no longer: the lowest classes
    /// go first, a quarter of `backlog_max` bytes after the other. Nothing if not even what is high fits.
    pub(crate) fn keep_for(&self, cursor: u64, backlog_max: usize) -> Option<Priority> {
        let skip = usize::try_from(cursor.saturating_sub(self.oldest_cursor())).ok()?;
        let (mut backlog, mut high) = (0, 0);
        for item in self.items.iter().skip(skip) {
            let bytes = item.frame.sse().len();
            backlog += bytes;
            high += if item.priority == Priority::High { bytes } else { 0 };
        }
        let quarter = backlog_max / 4;
        match backlog {
            _ if backlog_max < high => None,
            bytes if bytes <= quarter => Some(Priority::Lowest),
            bytes if bytes <= 2 * quarter => Some(Priority::Low),
            bytes if bytes <= 3 * quarter => Some(Priority::Normal),
            _ => Some(Priority::High),
        }
    }

    fn last_of_run(&self, cursor: u64, skip: usize, keep: Priority) -> u64 {
        let mut bytes = 0;
        let fits = self.items.iter().skip(skip).take_while(|item| {
            let first = bytes == 0;
            let is_kept = keep <= item.priority && !item.is_over_budget;
            bytes += if is_kept { item.frame.sse().len() } else { 0 };
            first || bytes <= self.limits.run_bytes_max
        });
        cursor + fits.count() as u64
    }

    /// The newest items, at most `count`, oldest first.
    pub(crate) fn newest(&self, count: usize) -> Vec<Frame> {
        let skip = self.items.len().saturating_sub(count);
        self.items.iter().skip(skip).map(|item| item.frame.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::hub::item::Part;

    const LIMITS: RingLimits = RingLimits { items_max: 4, bytes_max: 1_000, run_bytes_max: 1_000 };

    fn item(room_seq: u64, json: &str) -> Item {
        let frame = Frame::encode(Some(room_seq), json);
        let (is_over_budget, is_crowded) = (false, false);
        Item { frame, priority: Priority::Normal, part: None, is_over_budget, is_crowded }
    }

    fn filled(limits: RingLimits, from: u64, to: u64) -> Ring {
        let mut ring = Ring::new(from - 1, limits);
        for seq in from..=to {
            ring.push(seq, item(seq, &format!("{{\"n\":{seq}}}")));
        }
        ring
    }

    fn run(ring: &mut Ring, cursor: u64) -> Option<(u64, u64)> {
        match ring.after(cursor, Priority::Lowest) {
            After::Run(run) => {
                assert_eq!(run.frames.len() as u64, run.last - run.first + 1);
                let joined: Vec<u8> = run.frames.iter().flat_map(|f| f.sse().to_vec()).collect();
                assert_eq!(joined, run.sse);
                Some((run.first, run.last))
            }
            After::UpToDate | After::Behind => None,
        }
    }

    #[test]
    fn a_reader_takes_all_that_has_gathered() {
        let mut ring = filled(LIMITS, 1, 3);
        assert_eq!(run(&mut ring, 0), Some((1, 3)));
        assert_eq!(run(&mut ring, 2), Some((3, 3)));
        assert!(matches!(ring.after(3, Priority::Lowest), After::UpToDate));
        assert!(matches!(ring.after(99, Priority::Lowest), After::UpToDate));
    }

    #[test]
    fn a_reader_behind_the_oldest_item_is_told() {
        let mut ring = filled(LIMITS, 1, 10);
        assert_eq!(ring.oldest_cursor(), 6);
        assert!(matches!(ring.after(5, Priority::Lowest), After::Behind));
        assert_eq!(run(&mut ring, 6), Some((7, 10)));
    }

    #[test]
    fn an_empty_ring_serves_only_what_comes() {
        let mut ring = Ring::new(5, LIMITS);
        assert!(matches!(ring.after(5, Priority::Lowest), After::UpToDate));
        assert!(matches!(ring.after(4, Priority::Lowest), After::Behind));
    }

    #[test]
    fn a_recall_reaches_also_who_has_not_come_to_the_item_yet() {
        let json = r#"{"type":"message_sent","room_seq":2,"id":"x","at":1,"priority":"normal","user_id":"ann","nick":"Ann","avatar":null,"level":null,"role":"viewer","value":"oops","data":{"text":"oops"}}"#;
        let mut ring = filled(LIMITS, 1, 1);
        ring.push(2, item(2, json));
        ring.push(3, item(3, "{}"));
        assert!(
            matches!(ring.after(0, Priority::Lowest), After::Run(run) if run.sse.len() == ring.bytes())
        );
        assert!(ring.recall(2));
        let After::Run(run) = ring.after(0, Priority::Lowest) else { panic!("the ring has items") };
        let text = String::from_utf8(run.sse.to_vec()).unwrap();
        assert!(!text.contains("oops") && text.contains("id: 2\n") && text.contains("recalled"));
        assert_eq!(run.sse.len(), ring.bytes());
        assert!(!ring.recall(4) && !ring.recall(0));
    }

    #[test]
    fn bytes_are_bounded_but_the_newest_item_stays() {
        let mut ring = filled(RingLimits { bytes_max: 40, ..LIMITS }, 1, 4);
        assert!(ring.bytes() <= 40);
        let huge = format!("\"{}\"", "x".repeat(100));
        ring.push(5, item(5, &huge));
        assert_eq!(ring.newest(9).len(), 1);
        assert_eq!(run(&mut ring, 4), Some((5, 5)));
    }

    #[test]
    fn a_run_is_bounded_in_bytes() {
        let one = Frame::encode(Some(1), "{\"n\":1}").sse().len();
        let mut ring = filled(RingLimits { run_bytes_max: 2 * one, ..LIMITS }, 1, 4);
        assert_eq!(run(&mut ring, 0), Some((1, 2)));
        let mut tiny = filled(RingLimits { run_bytes_max: 1, ..LIMITS }, 1, 4);
        assert_eq!(run(&mut tiny, 0), Some((1, 1)));
    }

    #[test]
    fn readers_at_the_same_place_share_the_joined_bytes() {
        let mut ring = filled(LIMITS, 1, 3);
        let (After::Run(one), After::Run(two)) =
            (ring.after(0, Priority::Lowest), ring.after(0, Priority::Lowest))
        else {
            panic!("the ring has items");
        };
        assert_eq!(one.sse.as_ptr(), two.sse.as_ptr());
        assert!(Arc::ptr_eq(&one.frames, &two.frames));
    }

    #[test]
    fn a_run_says_how_many_items_it_brings() {
        let mut ring = filled(LIMITS, 1, 1);
        for seq in 2..=4 {
            let part = Some(Part::Likes { count: 1, total: seq });
            ring.push(seq, Item { part, ..item(seq, "{}") });
        }
        let After::Run(run) = ring.after(0, Priority::Lowest) else { panic!("the ring has items") };
        assert_eq!((run.items(), run.frames.len()), (4, 2));
        assert_eq!(ring.newest(9).len(), 4);
    }

    #[test]
    fn who_falls_behind_is_given_less_and_less_but_never_less_than_what_is_high() {
        let mut ring = filled(RingLimits { items_max: 100, ..LIMITS }, 1, 8);
        let one = ring.bytes() / 8;
        let kept = |ring: &Ring, items: u64| ring.keep_for(8 - items, 8 * one + 3);
        assert_eq!(kept(&ring, 2), Some(Priority::Lowest));
        assert_eq!(kept(&ring, 3), Some(Priority::Low));
        assert_eq!(kept(&ring, 5), Some(Priority::Normal));
        assert_eq!(kept(&ring, 7), Some(Priority::High));
        let After::Run(run) = ring.after(1, Priority::High) else { panic!("there are items") };
        assert_eq!((run.first, run.last, run.shed.normal, run.frames.len()), (2, 8, 7, 1));

        for seq in 9..=17 {
            ring.push(seq, Item { priority: Priority::High, ..item(seq, "{\"n\":1}") });
        }
        assert_eq!(ring.keep_for(1, 8 * one), None);
    }

    #[test]
    fn halving_keeps_the_newer_half() {
        let mut ring = filled(LIMITS, 1, 4);
        assert_eq!(ring.halve(), 2);
        assert_eq!(ring.oldest_cursor(), 2);
        assert_eq!(ring.head(), 4);
    }
}
