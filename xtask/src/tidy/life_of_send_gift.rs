//! ARCHITECTURE.md follows one command through the whole system, a file in every step. That the
//! files exist is checked in [`super::links`].

use crate::markdown::lines;
use crate::tidy::Finding;
use crate::tree::Tree;

const DOCUMENT: &str = "ARCHITECTURE.md";
const HEADING: &str = "## The life of a `SendGift`";

/// From the route to the browser.
const STEPS_MIN: usize = 6;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(DOCUMENT).unwrap_or_default();
    let section = lines(text).skip_while(|place| place.text != HEADING).skip(1);
    let section = section.take_while(|place| !place.text.starts_with("## "));
    let is_step = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let steps: Vec<_> = section.filter(|place| is_step(place.text)).collect();
    if steps.len() < STEPS_MIN {
        let message = format!("`{HEADING}` has {} steps, {STEPS_MIN} are the least", steps.len());
        return vec![Finding::of(DOCUMENT, message)];
    }
    let without = steps.into_iter().filter(|step| !step.text.contains(".rs`"));
    let message = "the step names no file";
    without.map(|step| Finding::at(DOCUMENT, step.line, message)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_without_a_file_is_found() {
        let document = |steps: usize, last: &str| {
            let steps = "1. `a/b.rs`: x\n".repeat(steps);
            Tree::of(&[(DOCUMENT, &format!("{HEADING}\n\n{steps}{last}\n## Next\n1. no file\n"))])
        };
        assert_eq!(check(&document(6, "")), []);
        assert_eq!(check(&document(5, "")).len(), 1);
        assert_eq!(check(&document(6, "7. then it is there\n"))[0].line, Some(9));
        assert_eq!(check(&Tree::of(&[])).len(), 1);
    }
}
