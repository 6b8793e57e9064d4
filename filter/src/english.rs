//! English, by the crate `rustrict`: its words, its false positives and its eye for evasions.
//!
//! Its own masks drop accents from the whole text and say nothing about places, so it is given a text
//! without accents of which each character's place is known, and its stars are read as places.

use std::ops::Range;

use rustrict::{Censor, Type};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// How strict it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum English {
    /// Not at all.
    Off,
    /// Words that are bad in any company.
    Moderate,
    /// Also mild ones.
    Strict,
}

impl English {
    fn threshold(self) -> Type {
        match self {
            Self::Off => Type::NONE,
            Self::Moderate => Type::INAPPROPRIATE & Type::MODERATE_OR_HIGHER,
            Self::Strict => Type::INAPPROPRIATE,
        }
    }

    /// The bytes of what is bad; nothing for most texts, which is found out first.
    pub(crate) fn find(self, text: &str) -> Vec<Range<usize>> {
        let threshold = self.threshold();
        if self == Self::Off || Censor::from_str(text).analyze().isnt(threshold) {
            return vec![];
        }
        let whole = 0..text.len();
        let (plain, places) = without_accents(text);
        let mut censor = Censor::from_str(&plain);
        censor.with_censor_threshold(threshold);
        censor.with_censor_first_character_threshold(Type::ANY);
        let censored = censor.censor();
        // A character that it drops itself: no place can be told.
        if censored.chars().count() != places.len() {
            return vec![whole];
        }
        let mut found: Vec<Range<usize>> = vec![];
        for ((place, before), after) in places.into_iter().zip(plain.chars()).zip(censored.chars())
        {
            if before == after {
                continue;
            }
            match found.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                Some(_) | None => found.push(place),
            }
        }
        // Bad as a whole, for instance because somebody has masked most of it themselves.
        if found.is_empty() { vec![whole] } else { found }
    }
}

/// The text as the crate reads it, and for each of its characters the bytes that it stands for.
fn without_accents(text: &str) -> (String, Vec<Range<usize>>) {
    let mut plain = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    for (at, seen) in text.grapheme_indices(true) {
        for c in seen.nfd().filter(|c| !is_combining_mark(*c)).nfc() {
            plain.push(c);
            places.push(at..at + seen.len());
        }
    }
    (plain, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_text() {
        let found = |text: &'static str| -> Vec<&str> {
            English::Strict.find(text).into_iter().map(|range| &text[range]).collect()
        };
        assert_eq!(found("nice day, señor"), [""; 0]);
        assert_eq!(found("señor, fúck\u{301} this"), ["fúck\u{301}"]);
        assert_eq!(found("hello Scunthorpe"), [""; 0]);
    }
}
