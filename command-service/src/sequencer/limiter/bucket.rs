//! A room's token bucket: it holds what the room takes in a second, and fills at that rate.

use domain::timestamp::Timestamp;
use domain::view::feed_item::Priority;

use super::config::LimiterConfig;

/// One message, in the thousandths in which a bucket counts.
const MESSAGE: i64 = 1_000;

/// The buckets of one room. A new one is full: it was last filled before all time.
#[derive(Debug, Default)]
pub(super) struct RoomBuckets {
    all: Bucket,
    reserve: Bucket,
}

#[derive(Debug, Default)]
struct Bucket {
    level: i64,
    filled_at: Timestamp,
}

impl RoomBuckets {
    /// Takes one message of a class, or says how many milliseconds it would have to wait.
    pub(super) fn take(
        &mut self,
        class: Priority,
        config: &LimiterConfig,
        now: Timestamp,
    ) -> Result<(), u64> {
        let per_s = config.room_messages_per_s;
        let full = i64::from(per_s) * MESSAGE;
        // The lower a class, the more it leaves to the others: it is the first to be shed.
        let left_to_others = match class {
            Priority::Lowest => full / 2,
            Priority::Low => full / 4,
            Priority::Normal | Priority::High => 0,
        };
        let taken = self.all.take(per_s, left_to_others, now);
        match class {
            Priority::High => taken.or_else(|wait_ms| {
                let reserve = config.room_high_reserve_per_s;
                self.reserve.take(reserve, 0, now).map_err(|reserve_ms| wait_ms.min(reserve_ms))
            }),
            Priority::Lowest | Priority::Low | Priority::Normal => taken,
        }
    }
}

impl Bucket {
    fn take(&mut self, per_s: u32, left_to_others: i64, now: Timestamp) -> Result<(), u64> {
        let per_s = i64::from(per_s);
        if per_s == 0 {
            return Err(u64::MAX);
        }
        let passed_ms = now.0.saturating_sub(self.filled_at.0).max(0);
        let gained = passed_ms.saturating_mul(per_s);
        self.level = self.level.saturating_add(gained).min(per_s * MESSAGE);
        self.filled_at = now;
        let needed = MESSAGE.max(left_to_others + 1);
        if needed <= self.level {
            self.level -= MESSAGE;
            return Ok(());
        }
        let wait_ms = (needed - self.level + per_s - 1) / per_s;
        Err(wait_ms.cast_unsigned())
    }
}
