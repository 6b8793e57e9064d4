//! Pieces of rooms' histories, cut at fixed places so that whoever asks for nearly the same asks for
//! the same, each read once however many ask at a time.
//!
//! What stands in a segment changes only when a message is taken back, and a segment is brought up to
//! that before anybody is given it. The newest one of a room may still grow and is read again for a
//! reader who is already at its end.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{AppId, RoomId};
use moka::sync::Cache;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::config::HistoryConfig;
use crate::hub::frame::Frame;
use crate::hub::run::Run;
use crate::metrics::Metrics;

/// What an entry costs besides its items.
const ENTRY_BYTES: usize = 256;
/// What a frame costs besides its bytes, which are held three times: alone, joined, and as messages
/// of a WebSocket.
const FRAME_BYTES: usize = 64;

/// Which piece of which room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) app: AppId,
    pub(super) room_id: RoomId,
    index: u64,
    items: u64,
}

impl Key {
    /// The segment in which an item stands.
    pub(super) fn holding(app: &AppId, room_id: &RoomId, room_seq: u64, items: u64) -> Self {
        let index = room_seq.saturating_sub(1) / items;
        Self { app: app.clone(), room_id: room_id.clone(), index, items }
    }

    /// `room_seq` of its first item.
    pub(super) fn first(&self) -> u64 {
        self.index * self.items + 1
    }

    /// `room_seq` of its last item, once it is full.
    pub(super) fn last(&self) -> u64 {
        (self.index + 1) * self.items
    }
}

/// One segment; who reads it holds the lock, and the others wait for what comes of it.
#[derive(Debug, Default)]
struct Slot {
    kept: Mutex<Kept>,
}

/// How many different places of a segment are kept cut: a storm comes back to one or two.
const PARTS_KEPT: usize = 4;

#[derive(Debug, Default)]
struct Kept {
    piece: Option<Piece>,
    /// When the items after a cursor could not be had.
    failed: Option<(u64, Instant)>,
}

/// What was read, and up to which change of the room it holds.
#[derive(Debug)]
struct Piece {
    run: Run,
    as_of: u64,
    /// Ends of it that readers were given: all at the same place share one.
    parts: VecDeque<Run>,
}

impl Piece {
    fn new((run, as_of): (Run, u64)) -> Self {
        Self { run, as_of, parts: VecDeque::new() }
    }

    fn after(&mut self, cursor: u64, bytes_max: usize) -> Option<Run> {
        if let Some(part) = self.parts.iter().find(|part| part.first == cursor + 1) {
            return Some(part.clone());
        }
        let part = rest(&self.run, cursor, bytes_max)?;
        if self.parts.len() == PARTS_KEPT {
            self.parts.pop_front();
        }
        self.parts.push_back(part.clone());
        Some(part)
    }
}

/// What is kept, within bounds.
#[derive(Debug)]
pub(super) struct Segments {
    slots: Cache<Key, (Arc<Slot>, u32)>,
    failure: Duration,
}

impl Segments {
    pub(super) fn new(config: &HistoryConfig) -> Self {
        let slots = Cache::builder()
            .max_capacity(config.segments_bytes_max)
            .weigher(|_: &Key, (_, bytes): &(Arc<Slot>, u32)| *bytes)
            .time_to_live(Duration::from_millis(config.segment_ttl_ms))
            .build();
        Self { slots, failure: Duration::from_millis(config.failure_ms) }
    }

    /// The items after `cursor`, as many as are at hand and fit: of what is kept, once `bring_up` has
    /// brought it up to date, or of what `load` brings. Of many who ask for a segment one loads it;
    /// what cannot be loaded is not tried again at once.
    pub(super) async fn page(
        &self,
        key: Key,
        cursor: u64,
        bytes_max: usize,
        bring_up: impl FnOnce(Run, u64) -> Option<(Run, u64)>,
        load: impl AsyncFnOnce() -> Option<(Run, u64)>,
    ) -> Option<Run> {
        let empty = || (Arc::default(), weight(None));
        let (slot, _) = self.slots.get_with_by_ref(&key, empty);
        let mut kept = slot.kept.lock().await;
        if let Some(piece) = kept.piece.take() {
            let (parts, as_of) = (piece.parts, piece.as_of);
            kept.piece = bring_up(piece.run, as_of).map(|(run, now)| {
                let parts = if now == as_of { parts } else { VecDeque::new() };
                Piece { run, as_of: now, parts }
            });
        }
        if let Some(page) = kept.piece.as_mut().and_then(|piece| piece.after(cursor, bytes_max)) {
            Metrics::segment_read("memory");
            return Some(page);
        }
        let in_vain =
            |(after, at): &(u64, Instant)| *after <= cursor && at.elapsed() < self.failure;
        if kept.failed.as_ref().is_some_and(in_vain) {
            return None;
        }
        let Some(loaded) = load().await.filter(|(run, _)| holds(run, cursor)) else {
            kept.failed = Some((cursor, Instant::now()));
            return None;
        };
        let mut piece = Piece::new(loaded);
        let (page, weight) = (piece.after(cursor, bytes_max), weight(Some(&piece.run)));
        *kept = Kept { piece: Some(piece), failed: None };
        self.slots.insert(key, (slot.clone(), weight));
        page
    }

    /// Keeps what came along with something else, unless somebody is just reading it.
    pub(super) fn offer(&self, key: Key, shown: (Run, u64)) {
        let weight = weight(Some(&shown.0));
        let (slot, _) = self.slots.get_with_by_ref(&key, || (Arc::default(), weight));
        if let Ok(mut kept) = slot.kept.try_lock() {
            *kept = Kept { piece: Some(Piece::new(shown)), failed: None };
            self.slots.insert(key, (slot.clone(), weight));
        }
    }
}

fn weight(run: Option<&Run>) -> u32 {
    let bytes = run.map_or(0, |run| 3 * run.sse.len() + FRAME_BYTES * run.frames.len());
    u32::try_from(ENTRY_BYTES + bytes).unwrap_or(u32::MAX)
}

fn holds(run: &Run, cursor: u64) -> bool {
    (run.first..=run.last).contains(&(cursor + 1))
}

/// Of a run, what follows `cursor`: at most `bytes_max`, but at least one item. Shares the bytes.
fn rest(run: &Run, cursor: u64, bytes_max: usize) -> Option<Run> {
    if !holds(run, cursor) {
        return None;
    }
    let skip = usize::try_from(cursor + 1 - run.first).ok()?;
    let (before, after) = run.frames.split_at_checked(skip)?;
    let begin: usize = before.iter().map(|frame| frame.sse().len()).sum();
    let mut end = begin;
    let fits = after.iter().take_while(|frame| {
        let first = end == begin;
        let fits = first || end - begin + frame.sse().len() <= bytes_max;
        if fits {
            end += frame.sse().len();
        }
        fits
    });
    let count = fits.count();
    if count == run.frames.len() {
        return Some(run.clone());
    }
    let frames = after.get(..count)?.into();
    Some(run.part(cursor + 1, frames, run.sse.slice(begin..end)))
}

/// Of items in order, those without a hole around the one after `cursor`: a table that is being
/// filled may have a hole, a viewer must not.
pub(super) fn dense(
    cursor: u64,
    last: u64,
    items: impl Iterator<Item = (u64, Frame)>,
) -> Option<Run> {
    let (mut first, mut frames): (u64, Vec<Frame>) = (0, Vec::new());
    for (room_seq, frame) in items.take_while(|(room_seq, _)| *room_seq <= last) {
        if room_seq != first + frames.len() as u64 {
            if cursor + 1 < room_seq {
                break;
            }
            first = room_seq;
            frames.clear();
        }
        frames.push(frame);
    }
    let last = first + (frames.len() as u64).saturating_sub(1);
    let run = (!frames.is_empty()).then(|| Run::join(first, last, frames.into()));
    run.filter(|run| holds(run, cursor))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const NOWHERE: usize = usize::MAX;

    fn run_of(seqs: &[u64], cursor: u64) -> Option<Run> {
        let items = seqs.iter().map(|seq| (*seq, Frame::encode(Some(*seq), "{}")));
        dense(cursor, 100, items)
    }

    fn ends(run: Option<Run>) -> Option<(u64, u64)> {
        run.map(|run| (run.first, run.last))
    }

    const UNCHANGED: fn(Run, u64) -> Option<(Run, u64)> = |run, as_of| Some((run, as_of));

    fn shown(seqs: &[u64], cursor: u64) -> Option<(Run, u64)> {
        run_of(seqs, cursor).map(|run| (run, 1))
    }

    fn segments() -> Segments {
        Segments::new(&HistoryConfig::default())
    }

    fn key(room_seq: u64) -> Key {
        Key::holding(&"shop".parse().unwrap(), &"room-1".parse().unwrap(), room_seq, 10)
    }

    #[test]
    fn a_segment_begins_and_ends_at_a_fixed_place() {
        for (room_seq, first, last) in [(1, 1, 10), (10, 1, 10), (11, 11, 20), (20, 11, 20)] {
            assert_eq!((key(room_seq).first(), key(room_seq).last()), (first, last));
        }
    }

    #[test]
    fn a_run_has_no_hole_around_the_cursor() {
        assert_eq!(ends(run_of(&[5, 6, 8], 4)), Some((5, 6)));
        assert_eq!(ends(run_of(&[3, 5, 6, 8], 5)), Some((5, 6)));
        assert_eq!(ends(run_of(&[3, 5, 6, 8], 7)), Some((8, 8)));
        assert_eq!(ends(run_of(&[6, 7], 4)), None);
        assert_eq!(ends(run_of(&[6, 7], 7)), None);
        assert_eq!(ends(run_of(&[99, 100, 101], 99)), Some((99, 100)));
        assert_eq!(ends(run_of(&[], 4)), None);
    }

    #[test]
    fn the_rest_of_a_run_shares_its_bytes_and_has_a_limit() {
        let run = run_of(&[5, 6, 7, 8], 4).unwrap();
        let one = run.frames[0].sse().len();
        let rest_of = |cursor, bytes_max| rest(&run, cursor, bytes_max).unwrap();
        assert_eq!(rest_of(4, NOWHERE).sse.as_ptr(), run.sse.as_ptr());

        let two = rest_of(5, 2 * one);
        assert_eq!((two.first, two.last, two.frames.len()), (6, 7, 2));
        assert_eq!(two.sse, run.sse.slice(one..3 * one));
        assert!(run.sse.as_ptr_range().contains(&two.sse.as_ptr()));
        assert_eq!(ends(Some(rest_of(5, 2 * one - 1))), Some((6, 6)));
        assert_eq!(ends(Some(rest_of(5, 0))), Some((6, 6)));
        assert!(rest(&run, 8, NOWHERE).is_none());
        assert!(rest(&run, 3, NOWHERE).is_none());
    }

    #[tokio::test]
    async fn of_a_storm_one_reads_and_all_share_what_it_read() {
        let (segments, loads) = (segments(), Cell::new(0));
        let one = async |cursor: u64| {
            let load = async || {
                loads.set(loads.get() + 1);
                tokio::task::yield_now().await;
                shown(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], cursor)
            };
            segments.page(key(cursor + 1), cursor, NOWHERE, UNCHANGED, load).await.unwrap()
        };
        let viewers = (0..1_000).map(|viewer| one(viewer % 3));
        let pages = futures_util::future::join_all(viewers).await;
        assert_eq!(loads.get(), 1);
        for (viewer, page) in pages.iter().enumerate() {
            let like = &pages[viewer % 3];
            assert_eq!(page.sse.as_ptr(), like.sse.as_ptr());
            assert_eq!(page.websocket().as_ptr(), like.websocket().as_ptr());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_read_is_not_asked_for_by_everybody() {
        let (segments, loads) = (segments(), Cell::new(0));
        let fail = async || {
            loads.set(loads.get() + 1);
            None
        };
        for _ in 0..10 {
            assert!(segments.page(key(6), 5, NOWHERE, UNCHANGED, fail).await.is_none());
        }
        assert_eq!(loads.get(), 1);
        tokio::time::advance(Duration::from_millis(HistoryConfig::default().failure_ms)).await;
        let page = segments.page(key(6), 5, NOWHERE, UNCHANGED, async || shown(&[5, 6], 5)).await;
        assert!(page.is_some());
    }

    #[tokio::test]
    async fn the_newest_segment_is_read_again_at_its_end() {
        let segments = segments();
        let page = async |room_seq, cursor, load: &[u64]| {
            let load = async || shown(load, cursor);
            ends(segments.page(key(room_seq), cursor, NOWHERE, UNCHANGED, load).await)
        };
        assert_eq!(page(1, 0, &[1, 2]).await, Some((1, 2)));
        assert_eq!(page(1, 2, &[1, 2, 3]).await, Some((3, 3)));
        segments.offer(key(11), shown(&[11, 12], 10).unwrap());
        assert_eq!(page(12, 11, &[]).await, Some((12, 12)));
    }

    #[tokio::test]
    async fn what_is_kept_is_brought_up_to_date_before_it_is_given_out() {
        let segments = segments();
        let page = async |bring_up: fn(Run, u64) -> Option<(Run, u64)>,
                          load: Option<(Run, u64)>| {
            let page = segments.page(key(1), 0, NOWHERE, bring_up, async || load).await;
            page.map(|page| page.frames[0].json().to_owned())
        };
        let with = |json: &str, as_of| {
            let frames = [Frame::encode(Some(1), json)];
            Some((Run::join(1, 1, frames.into()), as_of))
        };
        assert_eq!(page(UNCHANGED, with("\"oops\"", 1)).await.unwrap(), "\"oops\"");
        assert_eq!(page(UNCHANGED, None).await.unwrap(), "\"oops\"");
        let recall = |run: Run, as_of| {
            assert_eq!((run.first, as_of), (1, 1));
            Some((Run::join(1, 1, [Frame::encode(Some(1), "{}")].into()), 2))
        };
        assert_eq!(page(recall, None).await.unwrap(), "{}");
        assert_eq!(page(UNCHANGED, None).await.unwrap(), "{}");
        assert_eq!(page(|_, _| None, with("\"new\"", 9)).await.unwrap(), "\"new\"");
        assert_eq!(page(UNCHANGED, None).await.unwrap(), "\"new\"");
    }
}
