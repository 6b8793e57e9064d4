//! `docs/catalogue.md` is generated, and is what the source says now.

use crate::catalogue::{DOCUMENT, text};
use crate::tidy::Finding;
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let current = tree.text(DOCUMENT) == Some(&text(tree));
    let stale = || Finding::of(DOCUMENT, "is stale: run `cargo xtask catalogue`");
    if current { vec![] } else { vec![stale()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_catalogue_is_found() {
        let current = text(&Tree::of(&[]));
        assert_eq!(check(&Tree::of(&[(DOCUMENT, &current)])), []);
        assert_eq!(check(&Tree::of(&[(DOCUMENT, "")])).len(), 1);
        assert_eq!(check(&Tree::of(&[])).len(), 1);
    }
}
