//! How many items of a room a viewer is sent in a second, by class. All viewers of a room are sent the
//! same, so a room has one budget.
//!
//! Each class has a rate of its own that lower classes use up too: what is lowest is left out first.
//! `High` is never left out, but uses up what others had. Time is that of the events, not of this
//! process, so every process leaves out the same.

use domain::timestamp::Timestamp;
use domain::view::feed_item::Priority;

use crate::config::ShapingConfig;

/// Thousandths of an item: a rate a second is a rate a millisecond of these.
const ITEM: u64 = 1_000;

#[derive(Debug)]
pub(crate) struct Budget {
    lowest: Bucket,
    low: Bucket,
    normal: Bucket,
    at: Timestamp,
}

#[derive(Debug)]
struct Bucket {
    per_s: u64,
    left: u64,
}

impl Budget {
    pub(crate) fn new(config: &ShapingConfig) -> Self {
        let bucket = |per_s: u32| {
            let per_s = u64::from(per_s);
            Bucket { per_s, left: per_s * ITEM }
        };
        Self {
            lowest: bucket(config.lowest_items_per_s),
            low: bucket(config.low_items_per_s),
            normal: bucket(config.normal_items_per_s),
            at: Timestamp(0),
        }
    }

    /// Takes an item of a class; false if it is more than viewers are sent.
    pub(crate) fn take(&mut self, class: Priority, at: Timestamp) -> bool {
        let passed = at.0.saturating_sub(self.at.0).max(0).cast_unsigned();
        self.at = self.at.max(at);
        let Self { lowest, low, normal, .. } = self;
        for bucket in [&mut *lowest, &mut *low, &mut *normal] {
            bucket.refill(passed);
        }
        let asked: &mut [&mut Bucket] = match class {
            Priority::Lowest => &mut [lowest, low, normal],
            Priority::Low => &mut [low, normal],
            Priority::Normal => &mut [normal],
            Priority::High => {
                normal.left = normal.left.saturating_sub(ITEM);
                return true;
            }
        };
        let granted = asked.iter().all(|bucket| bucket.has_one());
        if granted {
            for bucket in asked {
                bucket.left = bucket.left.saturating_sub(ITEM);
            }
        }
        granted
    }
}

impl Bucket {
    /// A second's worth at the most.
    fn refill(&mut self, passed_ms: u64) {
        let gained = passed_ms.saturating_mul(self.per_s);
        self.left = self.left.saturating_add(gained).min(self.per_s * ITEM);
    }

    /// A rate of 0 is no limit.
    fn has_one(&self) -> bool {
        self.per_s == 0 || ITEM <= self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: ShapingConfig =
        ShapingConfig { normal_items_per_s: 4, low_items_per_s: 2, lowest_items_per_s: 1 };

    fn granted(budget: &mut Budget, class: Priority, count: usize, at: i64) -> usize {
        (0..count).filter(|_| budget.take(class, Timestamp(at))).count()
    }

    #[test]
    fn each_class_has_its_rate_and_lower_ones_use_it_up() {
        let mut budget = Budget::new(&CONFIG);
        assert_eq!(granted(&mut budget, Priority::Lowest, 5, 1), 1);
        assert_eq!(granted(&mut budget, Priority::Low, 5, 1), 1);
        assert_eq!(granted(&mut budget, Priority::Normal, 5, 1), 2);
        // A quarter of a second later there is one more of those.
        assert_eq!(granted(&mut budget, Priority::Normal, 5, 250), 0);
        assert_eq!(granted(&mut budget, Priority::Normal, 5, 251), 1);
        // Not more than a second's worth is saved up.
        assert_eq!(granted(&mut budget, Priority::Normal, 9, 100_000), 4);
    }

    #[test]
    fn what_is_high_is_never_left_out_but_uses_up_the_rest() {
        let mut budget = Budget::new(&CONFIG);
        assert_eq!(granted(&mut budget, Priority::High, 100, 1), 100);
        assert_eq!(granted(&mut budget, Priority::Normal, 1, 1), 0);
    }

    #[test]
    fn a_rate_of_nothing_is_no_limit() {
        let none =
            ShapingConfig { normal_items_per_s: 0, low_items_per_s: 0, lowest_items_per_s: 0 };
        let mut budget = Budget::new(&none);
        assert_eq!(granted(&mut budget, Priority::Lowest, 1_000, 1), 1_000);
    }
}
