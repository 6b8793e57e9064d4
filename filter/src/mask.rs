//! Masks: as many signs as people see characters, or a text of one's own.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// What to mask, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span<'a> {
    pub(crate) bytes: Range<usize>,
    pub(crate) mask: &'a str,
}

/// The text with every span masked. Where spans overlap they are one, with the mask of the longest.
/// A mask of one character stands for each character that people see, spaces apart.
pub(crate) fn masked(text: &str, mut spans: Vec<Span<'_>>) -> String {
    spans.sort_by_key(|span| (span.bytes.start, std::cmp::Reverse(span.bytes.end)));
    let mut merged: Vec<(Span<'_>, usize)> = vec![];
    for span in spans {
        let length = span.bytes.len();
        match merged.last_mut() {
            Some((before, longest)) if span.bytes.start < before.bytes.end => {
                before.bytes.end = before.bytes.end.max(span.bytes.end);
                if *longest < length {
                    (before.mask, *longest) = (span.mask, length);
                }
            }
            Some(_) | None => merged.push((span, length)),
        }
    }
    let mut spans = merged.iter().map(|(span, _)| span).peekable();
    let mut out = String::with_capacity(text.len());
    let mut written = false;
    for (at, seen) in text.grapheme_indices(true) {
        while spans.next_if(|span| span.bytes.end <= at).is_some() {
            written = false;
        }
        match spans.peek() {
            Some(span) if span.bytes.start < at + seen.len() => {
                if 1 < span.mask.graphemes(true).count() {
                    if !written {
                        out.push_str(span.mask);
                    }
                    written = true;
                } else if seen.trim().is_empty() {
                    out.push_str(seen);
                } else {
                    out.push_str(span.mask);
                }
            }
            Some(_) | None => out.push_str(seen),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(text: &str, spans: &[(Range<usize>, &'static str)]) -> String {
        let spans = spans.iter().map(|(bytes, mask)| Span { bytes: bytes.clone(), mask });
        masked(text, spans.collect())
    }

    #[test]
    fn a_mask_is_as_long_as_what_people_see() {
        assert_eq!(mask("so bad!", &[(3..6, "*")]), "so ***!");
        let family = "👨‍👩‍👧 é\u{301} x";
        let masked = mask(family, &[(0..family.len(), "*")]);
        assert_eq!(masked, "* * *");
        assert_eq!(mask("傻@冒吗", &[(0..7, "＊")]), "＊＊＊吗");
    }

    #[test]
    fn a_text_stands_once_for_a_span() {
        assert_eq!(mask("a bad bad b", &[(2..5, "[x]"), (6..9, "[x]")]), "a [x] [x] b");
    }

    #[test]
    fn spans_that_overlap_are_one() {
        assert_eq!(mask("abcdef", &[(0..3, "*"), (2..6, "#")]), "######");
        assert_eq!(mask("abcdef", &[(2..3, "#"), (0..4, "*")]), "****ef");
        assert_eq!(mask("abcdef", &[(0..2, "*"), (2..4, "#")]), "**##ef");
    }
}
