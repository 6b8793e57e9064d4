//! When an item of a past show is due: as long after the one before as it was then, but for long
//! silences, and faster or slower. Pure: no clock.

use std::time::Duration;

use domain::timestamp::Timestamp;

/// Thousandths: a show at its own speed has this many.
pub(crate) const OWN_SPEED: u64 = 1_000;

/// The timing of one replay. Moments are counted from its beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// Thousandths of the show's own speed.
    speed: u64,
    gap_max_ms: u64,
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    at: Timestamp,
    /// In millionths of a second, so that what is rounded does not add up.
    due_us: u64,
}

impl Timing {
    pub(crate) fn new(speed: u64, gap_max_ms: u64) -> Self {
        Self { speed: speed.max(1), gap_max_ms, last: None }
    }

    /// When the next item is due, which happened then. The first is due at once.
    pub(crate) fn due(&self, at: Timestamp) -> Duration {
        Duration::from_micros(self.due_us(at))
    }

    /// An item has been sent.
    pub(crate) fn sent(&mut self, at: Timestamp) {
        self.last = Some(Last { at, due_us: self.due_us(at) });
    }

    fn due_us(&self, at: Timestamp) -> u64 {
        let Some(Last { at: before, due_us }) = self.last else { return 0 };
        let gap_ms = at.0.saturating_sub(before.0).max(0).cast_unsigned().min(self.gap_max_ms);
        due_us.saturating_add(gap_ms.saturating_mul(1_000 * OWN_SPEED) / self.speed)
    }
}

/// `speed` as it stands in an address: a whole number, or one with at most three decimals.
pub(crate) fn parse_speed(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || 3 < decimals.len() {
        return None;
    }
    let thousandths: u64 = format!("{decimals:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(OWN_SPEED)?.checked_add(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When items that happened at these moments are due, in milliseconds.
    fn due(speed: u64, gap_max_ms: u64, items: &[i64]) -> Vec<u128> {
        let mut timing = Timing::new(speed, gap_max_ms);
        let take = |at: &i64| {
            let due = timing.due(Timestamp(*at));
            timing.sent(Timestamp(*at));
            due.as_millis()
        };
        items.iter().map(take).collect()
    }

    #[test]
    fn a_show_has_its_own_timing_or_a_multiple_of_it() {
        let show = [5_000, 5_000, 5_900, 7_000];
        assert_eq!(due(OWN_SPEED, 60_000, &show), [0, 0, 900, 2_000]);
        assert_eq!(due(2 * OWN_SPEED, 60_000, &show), [0, 0, 450, 1_000]);
        assert_eq!(due(OWN_SPEED / 2, 60_000, &show), [0, 0, 1_800, 4_000]);
    }

    #[test]
    fn a_long_silence_is_shortened() {
        assert_eq!(due(OWN_SPEED, 1_000, &[0, 1_000, 2_001, 999_999]), [0, 1_000, 2_000, 3_000]);
        assert_eq!(due(4 * OWN_SPEED, 1_000, &[0, 999_999]), [0, 250]);
    }

    #[test]
    fn neither_a_clock_that_went_back_nor_huge_numbers_do_harm() {
        assert_eq!(due(OWN_SPEED, 1_000, &[500, 100, 200]), [0, 0, 100]);
        assert_eq!(due(1, u64::MAX, &[i64::MIN, i64::MAX]).len(), 2);
        let many: Vec<i64> = (0..3_001).collect();
        assert_eq!(due(3 * OWN_SPEED, 1_000, &many).last(), Some(&999), "rounding adds up to 1 ms");
    }

    #[test]
    fn a_speed_is_a_plain_number() {
        for (text, speed) in [("1", 1_000), ("0.5", 500), ("2.25", 2_250), ("100", 100_000)] {
            assert_eq!(parse_speed(text), Some(speed));
        }
        for text in
            ["", ".", "1.", ".5", "-1", "+1", "1e3", "0.0001", "1,5", "99999999999999999999"]
        {
            assert_eq!(parse_speed(text), None, "{text}");
        }
    }
}
