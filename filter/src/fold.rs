//! A text as a matcher sees it: one lower-case letter for all that looks like it, nothing that cannot
//! be seen, and for each letter the bytes that it came from.
//!
//! Words of a list are folded in the same way, so it does not matter what a character becomes, only
//! that characters which look alike become the same.

use unicode_normalization::char::decompose_compatible;

use crate::digit;
use crate::han::{is_han, simplified};

/// What a character is for the rules around words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Of an alphabet that separates its words.
    Letter,
    /// Of a script that does not.
    Wide,
    /// A word of its own, or noise between the letters of another.
    Picture,
    Digit,
    Space,
    /// Anything that may be put between letters as noise.
    Symbol,
    /// Joins the parts of one word in several languages: `he'll` is not `hell`.
    Apostrophe,
    /// Ends a clause in a script without spaces.
    Pause,
}

impl Kind {
    /// Whether a word can be made of it.
    pub(crate) fn is_of_words(self) -> bool {
        matches!(self, Self::Letter | Self::Wide | Self::Digit | Self::Picture)
    }

    /// The same, where pictures are noise.
    pub(crate) fn is_read(self) -> bool {
        self.is_of_words() && self != Self::Picture
    }
}

/// A folded character and the bytes of the text that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) folded: char,
    pub(crate) raw: char,
    pub(crate) kind: Kind,
    pub(crate) begin: u32,
    pub(crate) end: u32,
}

/// Folds a text.
pub(crate) fn fold(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(text.len());
    for (begin, raw) in text.char_indices() {
        let end = begin + raw.len_utf8();
        let known = units.len();
        let (begin, end) = (position(begin), position(end));
        fold_char(raw, |folded| {
            let kind = kind_of(folded);
            units.push(Unit { folded, raw, kind, begin, end });
        });
        // An accent or an invisible character goes with what it stands on.
        if units.len() == known
            && let Some(before) = units.last_mut()
            && is_mark(raw)
        {
            before.end = end;
        }
    }
    units
}

/// Offsets are small because texts are; a text beyond 4 GiB does not get here.
fn position(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn fold_char(raw: char, mut each: impl FnMut(char)) {
    if raw.is_ascii() {
        if !raw.is_ascii_control() || raw.is_ascii_whitespace() {
            each(raw.to_ascii_lowercase());
        }
    } else if is_invisible(raw) || is_mark(raw) {
    } else if let Some(digit) = digit::styled(raw).and_then(|value| char::from_digit(value, 10)) {
        each(digit);
    } else if is_syllable(raw) || kind_of(raw) == Kind::Pause || is_picture(raw) {
        each(raw);
    } else if is_left_alone(raw) {
        decompose_compatible(raw, |part| {
            if !is_mark(part) {
                part.to_lowercase().for_each(|part| each(simplified(part)));
            }
        });
    } else {
        look_alike(raw, each);
    }
}

/// The Latin letters that a character of another alphabet is mistaken for.
fn look_alike(raw: char, mut each: impl FnMut(char)) {
    match decancer::cure_char!(raw as u32) {
        decancer::Translation::Character(c) if c != raw && !c.is_control() => each(c),
        decancer::Translation::String(string) => string.chars().for_each(each),
        decancer::Translation::Character(_) | decancer::Translation::None => {
            decompose_compatible(raw, |part| {
                if !is_mark(part) {
                    part.to_lowercase().for_each(&mut each);
                }
            });
        }
    }
}

fn kind_of(folded: char) -> Kind {
    match folded {
        'a'..='z' => Kind::Letter,
        '0'..='9' => Kind::Digit,
        '\'' | '’' | '‘' | 'ʼ' => Kind::Apostrophe,
        '，' | '。' | '！' | '？' | '；' | '：' | '、' => Kind::Pause,
        _ if folded.is_whitespace() => Kind::Space,
        _ if is_unspaced(folded) => Kind::Wide,
        _ if folded.is_alphabetic() => Kind::Letter,
        _ if folded.is_numeric() => Kind::Digit,
        '\u{1F000}'..='\u{1FAFF}' => Kind::Picture,
        _ if is_picture(folded) => Kind::Picture,
        _ => Kind::Symbol,
    }
}

/// Emoji, but for the letters in boxes among them. A face is round and still no `o`, as which it
/// would be read among the look-alikes.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{1F300}'..='\u{1FAFF}')
}

/// Scripts that write no spaces between words, and Korean, which joins endings to them.
fn is_unspaced(c: char) -> bool {
    is_han(c)
        || is_syllable(c)
        || matches!(c, '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}'
        | '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

fn is_syllable(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}')
}

/// Scripts in which nothing is taken for a Latin letter. Their compatibility forms (half-width kana,
/// Arabic shapes) are still one with the plain ones.
fn is_left_alone(c: char) -> bool {
    is_unspaced(c)
        || matches!(c, '\u{0590}'..='\u{08FF}' | '\u{0900}'..='\u{0DFF}'
            | '\u{2E80}'..='\u{2FDF}' | '\u{3000}'..='\u{33FF}'
            | '\u{FB1D}'..='\u{FDFF}' | '\u{FE30}'..='\u{FEFC}' | '\u{FF61}'..='\u{FFDC}')
}

/// Accents and strokes that are put on letters, and the points that Arabic and Hebrew do without.
/// The vowel signs of other scripts are letters in their own right.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FE20}'..='\u{FE2F}' | '\u{0591}'..='\u{05C7}' | '\u{064B}'..='\u{065F}'
        | '\u{0670}' | '\u{0640}')
}

/// What takes no place on a screen, or none that anybody would miss.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}'
        | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
        || c.is_control() && !c.is_whitespace()
}

/// Whether two texts differ only in what nobody sees: how clients send the same line twice.
pub fn same_to_the_eye(one: &str, other: &str) -> bool {
    let seen = |text: &str| -> String {
        let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
        visible.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    seen(one) == seen(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).iter().map(|unit| unit.folded).collect()
    }

    #[test]
    fn what_looks_alike_is_the_same() {
        for (text, plain) in [
            ("HeLLo", "hello"),
            ("ｈｅｌｌｏ", "hello"),
            ("Ⓗⓔ⒧ⓛⓞ", "hello"),
            ("h\u{200b}e\u{200d}l\u{feff}lo\u{e0000}", "hello"),
            ("h\u{335}e\u{301}llo", "hello"),
            ("нello 𝓱𝓮𝓵𝓵𝓸", "hello hello"),
            ("五星紅旗", "五星红旗"),
            ("ｶﾀｶﾅ", "カタカナ"),
            ("⑸③", "53"),
        ] {
            assert_eq!(folded(text), plain, "{text}");
        }
    }

    #[test]
    fn a_unit_knows_its_bytes() {
        let text = "xé\u{301}\u{200b}漢";
        let units = fold(text);
        let bytes: Vec<&str> =
            units.iter().map(|unit| &text[unit.begin as usize..unit.end as usize]).collect();
        assert_eq!(bytes, ["x", "é\u{301}", "漢"]);
    }

    #[test]
    fn lines_that_look_the_same_are_the_same() {
        assert!(same_to_the_eye("ppBounce \u{e0000}", "ppBounce"));
        assert!(!same_to_the_eye("pp Bounce", "ppBounce"));
    }
}
