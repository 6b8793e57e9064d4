//! The periods of rankings: hours and days of UTC.

use crate::timestamp::Timestamp;

/// Over how long something is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// From each full hour.
    Hour,
    /// From each midnight.
    Day,
}

impl Period {
    /// All.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    /// As in tables and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// How long it is.
    pub fn millis(self) -> i64 {
        match self {
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }

    /// When the period began that holds this instant.
    pub fn starts_at(self, at: Timestamp) -> Timestamp {
        Timestamp(at.0 - at.0.rem_euclid(self.millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_begins_at_its_first_millisecond() {
        let midnight = 1_700_006_400_000;
        for (at, day, hour) in [
            (midnight - 1, midnight - 86_400_000, midnight - 3_600_000),
            (midnight, midnight, midnight),
            (midnight + 3_600_000, midnight, midnight + 3_600_000),
        ] {
            assert_eq!(Period::Day.starts_at(Timestamp(at)), Timestamp(day));
            assert_eq!(Period::Hour.starts_at(Timestamp(at)), Timestamp(hour));
        }
    }
}
