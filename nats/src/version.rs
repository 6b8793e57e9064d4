//! Which servers are accepted.

use std::fmt;

/// The oldest server that keeps the promises: older ones drop settings without a word, and accept
/// two appends with the same fence.
pub(crate) const FLOOR: Version = Version { number: (2, 14, 6), is_release: true };

/// A server version. A pre-release comes before its release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    number: (u64, u64, u64),
    is_release: bool,
}

impl Version {
    /// Reads `2.14.6` or `2.15.0-RC.1`; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (number, pre_release) = match text.split_once('-') {
            Some((number, rest)) => (number, Some(rest)),
            None => (text, None),
        };
        let mut parts = number.split('.').map(|part| part.parse::<u64>().ok());
        let number = (parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(Self { number, is_release: pre_release.is_none() })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, patch) = self.number;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let accepted = |text| Version::parse(text).is_some_and(|version| FLOOR <= version);
        for (text, expected) in [
            ("2.14.6", true),
            ("2.14.10", true),
            ("2.15.1", true),
            ("3.0.0", true),
            ("2.15.0-RC.1", true),
            ("2.14.6-RC.1", false),
            ("2.14.5", false),
            ("2.9.10", false),
            ("1.99.99", false),
            ("2.14", false),
            ("2.14.6.1", false),
            ("", false),
            ("newest", false),
        ] {
            assert_eq!(accepted(text), expected, "{text}");
        }
    }
}
