//! A set of users that is counted and united with others: exactly up to a size, as a sketch above it.
//!
//! Users stand in it as hashes of their ids, so no id travels. The hash is one that every build makes:
//! sets are kept ([`super::record`]).

use std::collections::HashSet;
use std::hash::DefaultHasher;

use cardinality_estimator::CardinalityEstimator;
use domain::ids::UserId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// 12 KB, and off by less than 1 % nearly always. Only hashes go in, its hasher is not used.
type Sketch = CardinalityEstimator<u64, DefaultHasher, 14, 6>;

/// Empty to begin with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Users {
    Exact(HashSet<u64>),
    About(Sketch),
}

/// A larger set is kept as a sketch: a row holds at most some 32 KB.
const KEPT_EXACT_MAX: usize = 1_000;

/// How a user stands in a set.
pub(crate) fn hash(user: &UserId) -> u64 {
    let digest = Sha256::digest(user.as_str());
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

impl Default for Users {
    fn default() -> Self {
        Self::Exact(HashSet::new())
    }
}

impl Users {
    /// Puts one in; above `exact_max` the set becomes a sketch.
    pub(crate) fn insert(&mut self, user: u64, exact_max: usize) {
        match self {
            Self::Exact(users) => {
                users.insert(user);
                if exact_max < users.len() {
                    *self = Self::About(sketch(users));
                }
            }
            Self::About(users) => users.insert_hash(user),
        }
    }

    /// Puts all of another set in.
    pub(crate) fn unite(&mut self, other: &Self, exact_max: usize) {
        match other {
            Self::Exact(others) => {
                for user in others {
                    self.insert(*user, exact_max);
                }
            }
            Self::About(others) => {
                if let Self::Exact(users) = self {
                    *self = Self::About(sketch(users));
                }
                if let Self::About(users) = self {
                    users.merge(others);
                }
            }
        }
    }

    /// Whether somebody is in it; of a large set nobody knows, and the answer is no.
    pub(crate) fn contains(&self, user: u64) -> bool {
        match self {
            Self::Exact(users) => users.contains(&user),
            Self::About(_) => false,
        }
    }

    /// Whether somebody may be in it: of a large set nobody knows, and the answer is yes.
    pub(crate) fn may_contain(&self, user: u64) -> bool {
        match self {
            Self::Exact(users) => users.contains(&user),
            Self::About(_) => true,
        }
    }

    /// The set as it is kept.
    pub(crate) fn to_keep(&self) -> Self {
        match self {
            Self::Exact(users) if KEPT_EXACT_MAX < users.len() => Self::About(sketch(users)),
            Self::Exact(_) | Self::About(_) => self.clone(),
        }
    }

    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Exact(users) => users.len() as u64,
            Self::About(users) => users.estimate() as u64,
        }
    }
}

fn sketch(users: &HashSet<u64>) -> Sketch {
    let mut sketch = Sketch::new();
    for user in users {
        sketch.insert_hash(*user);
    }
    sketch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(range: std::ops::Range<u32>, exact_max: usize) -> Users {
        let mut users = Users::default();
        for n in range {
            users.insert(hash(&format!("user-{n}").parse().unwrap()), exact_max);
        }
        users
    }

    #[test]
    fn a_set_is_exact_up_to_its_limit_and_about_right_above_it() {
        assert_eq!(users(0..1_000, 1_000).count(), 1_000);
        assert!(matches!(users(0..1_000, 1_000), Users::Exact(_)));
        assert!(matches!(users(0..1_001, 1_000), Users::About(_)));
        for count in [1_001, 20_000, 200_000] {
            let about = users(0..count, 1_000).count();
            assert!(about.abs_diff(count.into()) * 100 < u64::from(count) * 3, "{count}: {about}");
        }
    }

    #[test]
    fn whoever_is_in_both_counts_once() {
        for exact_max in [100, 1_500, 10_000] {
            let mut all = users(0..2_000, exact_max);
            all.unite(&users(1_000..3_000, exact_max), exact_max);
            all.unite(&users(0..50, exact_max), exact_max);
            let tolerated = if exact_max < 3_000 { 90 } else { 0 };
            assert!(all.count().abs_diff(3_000) <= tolerated, "{exact_max}: {}", all.count());
        }
    }

    #[test]
    fn a_set_that_is_kept_is_small_and_counts_the_same() {
        for (count, tolerated) in [(1_000, 0), (1_001, 30), (10_000, 300), (300_000, 9_000)] {
            let kept = users(0..count, 10_000).to_keep();
            let json = serde_json::to_string(&kept).unwrap();
            assert!(json.len() < 40_000, "{count}: {}", json.len());
            let read: Users = serde_json::from_str(&json).unwrap();
            assert!(read.count().abs_diff(count.into()) <= tolerated, "{count}: {}", read.count());
        }
    }

    #[test]
    fn every_build_hashes_alike() {
        assert_eq!(hash(&"ann".parse().unwrap()), 5_301_121_648_421_453_870);
    }

    #[test]
    fn a_set_arrives_as_it_was_sent() {
        for exact_max in [10, 5_000] {
            let sent = users(0..4_000, exact_max);
            let json = serde_json::to_string(&sent).unwrap();
            let mut arrived: Users = serde_json::from_str(&json).unwrap();
            assert_eq!(arrived.count(), sent.count());
            arrived.unite(&sent, exact_max);
            assert_eq!(arrived.count(), sent.count());
        }
    }
}
