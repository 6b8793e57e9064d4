//! What was decided last of facts that grow with the viewers or the sales: orders, follows, refunds.
//! Read models know all of them; this bridges the time until they have the newest.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use serde::{Deserialize, Serialize};

/// So many are remembered. Part of the fold, hence no setting: minutes of a large sale, while the read
/// models are seldom a second behind.
pub const REMEMBERED_MAX: usize = 10_000;

/// The newest facts of one kind: what was said last of each key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    from = "VecDeque<(K, V)>",
    into = "VecDeque<(K, V)>",
    bound(
        serialize = "K: Clone + Serialize, V: Clone + Serialize",
        deserialize = "K: Clone + Eq + Hash + Deserialize<'de>, V: Clone + PartialEq + Deserialize<'de>"
    )
)]
pub struct Recent<K, V> {
    order: VecDeque<(K, V)>,
    /// What was said last, and how often the key stands in `order`.
    last: HashMap<K, (V, usize)>,
}

impl<K: Clone + Eq + Hash, V: Clone + PartialEq> Recent<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.last.get(key).map(|(value, _)| value)
    }

    /// The oldest goes when there are too many. The same again takes nobody's place.
    pub(crate) fn add(&mut self, key: K, value: V) {
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
        self.order.push_back((key, value));
        if REMEMBERED_MAX < self.order.len()
            && let Some((oldest, _)) = self.order.pop_front()
            && let Some((_, times)) = self.last.get_mut(&oldest)
        {
            *times -= 1;
            if *times == 0 {
                self.last.remove(&oldest);
            }
        }
    }
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { order: VecDeque::new(), last: HashMap::new() }
    }
}

/// The rest follows from the order.
impl<K: PartialEq, V: PartialEq> PartialEq for Recent<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl<K: Eq, V: Eq> Eq for Recent<K, V> {}

impl<K: Clone + Eq + Hash, V: Clone + PartialEq> From<VecDeque<(K, V)>> for Recent<K, V> {
    fn from(order: VecDeque<(K, V)>) -> Self {
        let mut recent = Self::default();
        for (key, value) in order {
            recent.add(key, value);
        }
        recent
    }
}

impl<K, V> From<Recent<K, V>> for VecDeque<(K, V)> {
    fn from(recent: Recent<K, V>) -> Self {
        recent.order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_and_survive_a_snapshot() {
        let mut recent = Recent::default();
        for n in 0..REMEMBERED_MAX {
            recent.add(n, true);
        }
        recent.add(0, true);
        assert_eq!(recent.get(&0), Some(&true), "the same again takes nobody's place");
        recent.add(REMEMBERED_MAX, true);
        assert_eq!((recent.get(&0), recent.get(&1)), (None, Some(&true)));
        assert_eq!(recent.last.len(), REMEMBERED_MAX);
        let stored = serde_json::to_string(&recent).unwrap();
        assert_eq!(serde_json::from_str::<Recent<usize, bool>>(&stored).unwrap(), recent);
    }

    #[test]
    fn what_was_said_last_of_a_key_holds_until_that_is_forgotten() {
        let mut recent = Recent::default();
        recent.add(0, true);
        recent.add(0, false);
        assert_eq!(recent.get(&0), Some(&false));
        for n in 1..REMEMBERED_MAX {
            recent.add(n, true);
        }
        assert_eq!(recent.get(&0), Some(&false), "only the older word is forgotten");
        recent.add(REMEMBERED_MAX, true);
        assert_eq!(recent.get(&0), None);
    }
}
