//! A map that forgets: in two generations, so that forgetting is one swap and not a search.

use std::collections::HashMap;
use std::hash::Hash;

use domain::timestamp::Timestamp;

/// Entries that were used within one time to live, and at most `entries_max` of them. An entry that
/// is forgotten early begins anew, to the advantage of its user: memory is bounded, not justice.
#[derive(Debug)]
pub(super) struct Expiring<K, V> {
    newer: HashMap<K, V>,
    older: HashMap<K, V>,
    swapped_at: Timestamp,
    ttl_ms: u32,
    entries_max: usize,
}

impl<K: Eq + Hash, V: Default> Expiring<K, V> {
    pub(super) fn new(ttl_ms: u32, entries_max: usize) -> Self {
        let (newer, older) = (HashMap::new(), HashMap::new());
        Self { newer, older, swapped_at: Timestamp(0), ttl_ms, entries_max }
    }

    /// The entry of a key, or a new one.
    pub(super) fn entry(&mut self, key: K, now: Timestamp) -> &mut V {
        let is_old = self.swapped_at.0.saturating_add(i64::from(self.ttl_ms)) <= now.0;
        if is_old || self.entries_max / 2 <= self.newer.len() {
            std::mem::swap(&mut self.newer, &mut self.older);
            self.newer.clear();
            self.swapped_at = now;
        }
        let older = &mut self.older;
        let known = if older.is_empty() { None } else { older.remove(&key) };
        self.newer.entry(key).or_insert_with(|| known.unwrap_or_default())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }
}
