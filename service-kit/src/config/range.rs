//! Checks that a number of the configuration lies where it makes sense.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// A value outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is {value}, it must be from {min} to {max}")]
pub struct OutOfRange {
    key: &'static str,
    value: String,
    min: String,
    max: String,
}

/// Refuses a value outside `range`; `key` is the path of the key, such as `http.drain_ms`.
pub fn check_range<T: PartialOrd + Display>(
    key: &'static str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), OutOfRange> {
    if range.contains(&value) {
        return Ok(());
    }
    let (min, max) = range.into_inner();
    let (value, min, max) = (value.to_string(), min.to_string(), max.to_string());
    Err(OutOfRange { key, value, min, max })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_range_belong_to_it() {
        assert!(check_range("a.b", 1, 1..=3).is_ok());
        assert!(check_range("a.b", 3, 1..=3).is_ok());
        let error = check_range("a.b", 4, 1..=3).unwrap_err();
        assert_eq!(error.to_string(), "`a.b` is 4, it must be from 1 to 3");
    }
}
