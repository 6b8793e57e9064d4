//! What is left to do has an issue with a number.

use crate::tidy::Finding;
use crate::tree::Tree;

/// In two pieces, so that this file does not find itself.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = vec![];
    for file in tree.texts().filter(|file| !file.is("json")) {
        for (line, number) in file.text.lines().zip(1..) {
            if let Some(mark) = MARKS.into_iter().find(|mark| is_open(line, mark)) {
                let message = format!("`{mark}` without an issue: write `{mark} #123`");
                findings.push(Finding::at(file.path, number, message));
            }
        }
    }
    findings
}

/// Whether the line holds the mark as a word of its own, not quoted, without `#` and a number.
fn is_open(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(begin, _)| {
        let before = line[..begin].chars().next_back();
        let after = &line[begin + mark.len()..];
        let part_of_a_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '`' | '"');
        let is_word = !before.is_some_and(part_of_a_word) && !after.starts_with(part_of_a_word);
        let numbered = after.trim_start_matches(['(', ' ']).strip_prefix('#');
        is_word && !numbered.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_without_a_number_is_found() {
        let [mark, other] = MARKS;
        assert!(is_open(&format!("// {mark}: later"), mark));
        assert!(is_open(&format!("// {other} later #7"), other));
        assert!(!is_open(&format!("// {mark} #12: later"), mark));
        assert!(!is_open(&format!("// {mark}(#12): later"), mark));
        assert!(!is_open(&format!("a `{mark}` needs a number"), mark));
        assert!(!is_open(&format!("{mark}S"), mark));

        let text = format!("//! x\n// {mark}: y\n");
        let tree = Tree::of(&[("a.rs", &text)]);
        assert_eq!(check(&tree)[0].line, Some(2));
    }
}
