//! A word of a list as the automaton looks for it, with what must hold around a hit.

use crate::fold::{Kind, fold};
use crate::matcher::Source;
use crate::stream::Readings;

/// Letters that a word needs before somebody's own mask over some of them is recognised.
const MASKED_LETTERS_MIN: usize = 4;

/// One way to write one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// In the form of a stream: runs stand once.
    pub(crate) text: String,
    /// How often each of its characters stands.
    pub(crate) runs: Box<[u32]>,
    /// Nothing of a word may stand before or after it.
    pub(crate) is_whole: bool,
    /// With stars, which only count as they stand.
    pub(crate) is_masked: bool,
    pub(crate) source: Source,
}

/// All ways to write a word; none if nothing of it can be looked for.
pub(crate) fn patterns(word: &str, whole: Option<bool>, source: Source) -> Vec<Pattern> {
    let stream = Readings::of(fold(word)).plain;
    let trimmed = stream.text.trim_matches(' ');
    if trimmed.is_empty() {
        return vec![];
    }
    let begins_with_gap = usize::from(stream.text.starts_with(' '));
    let length = trimmed.chars().count();
    let cells = &stream.cells[begins_with_gap..begins_with_gap + length];
    let is_whole = whole.unwrap_or_else(|| {
        cells.iter().all(|cell| !matches!(cell.kind, Kind::Wide | Kind::Picture))
    });
    let runs: Box<[u32]> = cells.iter().map(|cell| cell.run).collect();
    let pattern = Pattern { text: trimmed.to_owned(), runs, is_whole, is_masked: false, source };
    let mut all = masked(&pattern, cells.iter().all(|cell| cell.kind == Kind::Letter));
    all.push(pattern);
    all
}

/// `f*ck`, `sh**`, `c**t`: as people mask words themselves.
fn masked(pattern: &Pattern, is_one_word: bool) -> Vec<Pattern> {
    let letters: Vec<char> = pattern
        .text
        .chars()
        .zip(&pattern.runs)
        .flat_map(|(c, run)| std::iter::repeat_n(c, *run as usize))
        .collect();
    let length = letters.len();
    let is_own = matches!(pattern.source, Source::Word { .. });
    if !is_own || !is_one_word || !pattern.is_whole || length < MASKED_LETTERS_MIN {
        return vec![];
    }
    let is_vowel = |c: char| "aeiou".contains(c);
    let mut forms: Vec<Vec<bool>> = vec![];
    let within = 1..length - 1;
    for at in within.clone().filter(|at| is_vowel(letters[*at])) {
        forms.push((0..length).map(|place| place == at).collect());
    }
    let vowels = (0..length).map(|place| within.contains(&place) && is_vowel(letters[place]));
    forms.push(vowels.collect());
    forms.push((0..length).map(|place| within.contains(&place)).collect());
    forms.retain(|form| form.contains(&true));
    forms.sort_unstable();
    forms.dedup();
    forms.iter().map(|form| starred(pattern, &letters, form)).collect()
}

fn starred(pattern: &Pattern, letters: &[char], form: &[bool]) -> Pattern {
    let mut text = String::new();
    let mut runs: Vec<u32> = vec![];
    for (letter, hidden) in letters.iter().zip(form) {
        let c = if *hidden { '*' } else { *letter };
        match runs.last_mut() {
            Some(run) if text.ends_with(c) => *run += 1,
            Some(_) | None => {
                text.push(c);
                runs.push(1);
            }
        }
    }
    Pattern { text, runs: runs.into(), is_masked: true, ..pattern.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORD: Source = Source::Word { list: 0 };

    #[test]
    fn a_word_is_looked_for_as_its_letters() {
        let one = |word: &str| patterns(word, None, WORD).pop().unwrap();
        assert_eq!(one("Butt").text, "but");
        assert_eq!(*one("Butt").runs, [1, 1, 2]);
        assert!(one("butt").is_whole);
        assert!(!one("狗东西").is_whole);
        assert_eq!(one(" blue  waffle ").text, "blue wafle");
        assert_eq!(patterns("...", None, WORD), []);
        assert!(!patterns("butt", Some(false), WORD).pop().unwrap().is_whole);
    }

    #[test]
    fn people_mask_a_word_themselves() {
        let mut texts: Vec<String> =
            patterns("shite", None, WORD).into_iter().map(|pattern| pattern.text).collect();
        texts.sort();
        assert_eq!(texts, ["s*e", "sh*te", "shite"]);
        assert_eq!(patterns("ass", None, WORD).len(), 1);
        assert_eq!(patterns("cock", None, Source::Allowed).len(), 1);
    }
}
