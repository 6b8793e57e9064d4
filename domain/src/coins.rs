//! An amount of the app's virtual currency.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Coins ("gold" on some platforms). Whole and never negative.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct Coins(pub u64);

impl Coins {
    /// The largest amount of one event: 2^53 - 1, which a JSON reader in a browser still holds exactly.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// `count` times this amount, unless that is more than [`Coins::MAX`].
    pub fn times(self, count: u32) -> Option<Self> {
        self.0.checked_mul(u64::from(count)).map(Self).filter(|product| *product <= Self::MAX)
    }

    /// The sum, which stays at the largest number that a table holds instead of wrapping.
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0).min(i64::MAX.unsigned_abs()))
    }

    /// The difference, which stays at nothing instead of wrapping.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_stay_within_what_a_table_holds() {
        let most = Coins(i64::MAX.unsigned_abs());
        assert_eq!(Coins(1).saturating_add(Coins(2)), Coins(3));
        assert_eq!(most.saturating_add(Coins(0)), most);
        assert_eq!(most.saturating_add(Coins::MAX), most);
        assert_eq!(Coins(2).saturating_sub(Coins(3)), Coins(0));
    }

    #[test]
    fn a_product_above_the_limit_is_refused() {
        assert_eq!(Coins(3).times(7), Some(Coins(21)));
        assert_eq!(Coins::MAX.times(1), Some(Coins::MAX));
        assert_eq!(Coins::MAX.times(2), None);
        assert_eq!(Coins(u64::MAX).times(2), None);
    }
}
