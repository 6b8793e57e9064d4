//! A file has one purpose; one that has grown long usually has two.

use crate::tidy::Finding;
use crate::tree::Tree;

/// Longer ones are listed.
const WORTH_A_LOOK: usize = 250;

/// Longer ones are refused.
const MAX: usize = 400;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sizes = tree.ending(".rs").map(|file| (file.path, file.text.lines().count()));
    let long = sizes.filter(|(_, lines)| WORTH_A_LOOK < *lines).map(|(path, lines)| {
        let message = format!("{lines} lines");
        Finding { only_worth_a_look: lines <= MAX, ..Finding::of(path, message) }
    });
    long.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_listed_and_a_very_long_one_refused() {
        let lines = |count| "//! x\n".repeat(count);
        let tree = Tree::of(&[
            ("a/short.rs", &lines(250)),
            ("b/long.rs", &lines(251)),
            ("c/longest.rs", &lines(400)),
            ("d/too_long.rs", &lines(401)),
            ("e/text.md", &lines(401)),
        ]);
        let findings = check(&tree);
        let found: Vec<_> =
            findings.iter().map(|f| (f.path.as_str(), f.only_worth_a_look)).collect();
        assert_eq!(found, [("b/long.rs", true), ("c/longest.rs", true), ("d/too_long.rs", false)]);
    }
}
