//! What was decided last of facts that grow with the viewers or the sales: orders, follows, refunds.
//! Read models know all of them; this bridges the time until they have the newest. How far they must
//! have come for that is known too, so that one that lags is not believed.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::ids::LogSeq;

/// So many are remembered. Part of the fold, hence no setting: minutes of a large sale, while the read
/// models are seldom a second behind.
pub const REMEMBERED_MAX: usize = 10_000;

/// The newest facts of one kind: what was said last of each key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    from = "Stored<K, V>",
    into = "Stored<K, V>",
    bound(
        serialize = "K: Clone + Serialize, V: Clone + Serialize",
        deserialize = "K: Clone + Eq + Hash + Deserialize<'de>, V: Clone + PartialEq + Deserialize<'de>"
    )
)]
pub struct Recent<K, V> {
    order: VecDeque<(K, V, LogSeq)>,
    /// What was said last, and how often the key stands in `order`.
    last: HashMap<K, (V, usize)>,
    /// The commit of the newest fact that was forgotten; 0 while all that ever happened is remembered.
    forgotten: LogSeq,
}

/// As in a snapshot: the rest follows from the order.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stored<K, V> {
    order: VecDeque<(K, V, LogSeq)>,
    forgotten: LogSeq,
}

impl<K: Clone + Eq + Hash, V: Clone + PartialEq> Recent<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.last.get(key).map(|(value, _)| value)
    }

    /// Whether whoever has read the log up to this commit knows all that is forgotten here. If not,
    /// it may have happened in between, and nobody can say.
    pub(crate) fn is_continued_by(&self, as_of: LogSeq) -> bool {
        self.forgotten <= as_of
    }

    /// The oldest goes when there are too many. The same again takes nobody's place.
    pub(crate) fn add(&mut self, key: K, value: V, log_seq: LogSeq) {
        let last = self.last.entry(key.clone());
        let mut is_same = true;
        let (known, times) = last.or_insert_with(|| {
            is_same = false;
            (value.clone(), 0)
        });
        if is_same && *known == value {
            return;
        }
        *known = value.clone();
        *times += 1;
        self.order.push_back((key, value, log_seq));
        if REMEMBERED_MAX < self.order.len()
            && let Some((oldest, _, log_seq)) = self.order.pop_front()
            && let Some((_, times)) = self.last.get_mut(&oldest)
        {
            self.forgotten = log_seq;
            *times -= 1;
            if *times == 0 {
                self.last.remove(&oldest);
            }
        }
    }
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { order: VecDeque::new(), last: HashMap::new(), forgotten: LogSeq(0) }
    }
}

/// The rest follows from the order.
impl<K: PartialEq, V: PartialEq> PartialEq for Recent<K, V> {
    fn eq(&self, other: &Self) -> bool {
        (&self.order, self.forgotten) == (&other.order, other.forgotten)
    }
}

impl<K: Eq, V: Eq> Eq for Recent<K, V> {}

impl<K: Clone + Eq + Hash, V: Clone + PartialEq> From<Stored<K, V>> for Recent<K, V> {
    fn from(Stored { order, forgotten }: Stored<K, V>) -> Self {
        let mut recent = Self { forgotten, ..Self::default() };
        for (key, value, log_seq) in order {
            recent.add(key, value, log_seq);
        }
        recent
    }
}

impl<K, V> From<Recent<K, V>> for Stored<K, V> {
    fn from(Recent { order, forgotten, .. }: Recent<K, V>) -> Self {
        Self { order, forgotten }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_and_survive_a_snapshot() {
        let mut recent = Recent::default();
        for n in 0..REMEMBERED_MAX {
            recent.add(n, true, LogSeq(7));
        }
        recent.add(0, true, LogSeq(8));
        assert_eq!(recent.get(&0), Some(&true), "the same again takes nobody's place");
        recent.add(REMEMBERED_MAX, true, LogSeq(8));
        assert_eq!((recent.get(&0), recent.get(&1)), (None, Some(&true)));
        assert_eq!(recent.last.len(), REMEMBERED_MAX);
        let stored = serde_json::to_string(&recent).unwrap();
        assert_eq!(serde_json::from_str::<Recent<usize, bool>>(&stored).unwrap(), recent);
    }

    #[test]
    fn what_was_said_last_of_a_key_holds_until_that_is_forgotten() {
        let mut recent = Recent::default();
        recent.add(0, true, LogSeq(1));
        recent.add(0, false, LogSeq(2));
        assert_eq!(recent.get(&0), Some(&false));
        for n in 1..REMEMBERED_MAX {
            recent.add(n, true, LogSeq(3));
        }
        assert_eq!(recent.get(&0), Some(&false), "only the older word is forgotten");
        recent.add(REMEMBERED_MAX, true, LogSeq(3));
        assert_eq!(recent.get(&0), None);
    }

    #[test]
    fn who_has_read_as_far_as_is_forgotten_knows_the_rest() {
        let mut recent = Recent::default();
        for n in 0..REMEMBERED_MAX as u64 {
            recent.add(n, (), LogSeq(5 + n));
        }
        assert!(recent.is_continued_by(LogSeq(0)), "nothing is forgotten yet");
        recent.add(u64::MAX - 1, (), LogSeq(50_000));
        assert!(!recent.is_continued_by(LogSeq(4)) && recent.is_continued_by(LogSeq(5)));
        recent.add(u64::MAX, (), LogSeq(50_000));
        assert!(!recent.is_continued_by(LogSeq(5)) && recent.is_continued_by(LogSeq(6)));
        let stored = serde_json::to_string(&recent).unwrap();
        let restored: Recent<u64, ()> = serde_json::from_str(&stored).unwrap();
        assert!(!restored.is_continued_by(LogSeq(5)) && restored.is_continued_by(LogSeq(6)));
    }
}
