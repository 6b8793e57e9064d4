//! Every Rust file begins with what it is, every SQL file with who writes and reads its tables.

use crate::tidy::Finding;
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = vec![];
    for (ending, header) in [(".rs", "//! "), (".sql", "-- ")] {
        for file in tree.ending(ending) {
            if !file.text.starts_with(header) {
                let message = format!("does not begin with `{}`", header.trim_end());
                findings.push(Finding::at(file.path, 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_header_is_found() {
        let tree = Tree::of(&[
            ("a.rs", "//! What it is.\n"),
            ("b.rs", "use x;\n"),
            ("c.rs", "//!\n"),
            ("d.sql", "-- Written by x.\n"),
            ("e.sql", "create table x ();\n"),
        ]);
        let findings = check(&tree);
        let paths: Vec<_> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, ["b.rs", "c.rs", "e.sql"]);
    }
}
