//! ADRs and migrations are numbered without gaps, so that two branches cannot take one number
//! unseen.

use crate::tidy::Finding;
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = gaps(tree, "docs/adr/", ".md", 0);
    findings.extend(gaps(tree, "migrations/sql/", ".sql", 1));
    findings
}

/// `folder/0001-name.end` or `folder/0001_name.end`; other files in the folder are left alone.
fn gaps(tree: &Tree, folder: &str, end: &str, first: u32) -> Vec<Finding> {
    let mut findings = vec![];
    let mut expected = first;
    for path in tree.paths() {
        let Some(name) = path.strip_prefix(folder).filter(|name| name.ends_with(end)) else {
            continue;
        };
        let digits = name.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        let Some(number) = digits.and_then(|digits| digits.parse::<u32>().ok()) else { continue };
        if number != expected {
            findings.push(Finding::of(path, format!("number {expected:04} was to come next")));
        }
        expected = number + 1;
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_and_a_number_used_twice_are_found() {
        let tree = Tree::of(&[
            ("docs/adr/0000-template.md", ""),
            ("docs/adr/0001-log.md", ""),
            ("docs/adr/0003-gap.md", ""),
            ("docs/adr/0003-twice.md", ""),
            ("migrations/sql/0001_one.sql", ""),
            ("migrations/sql/0002_two.sql", ""),
            ("migrations/sql/bootstrap.sql", ""),
        ]);
        let findings = check(&tree);
        let paths: Vec<_> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, ["docs/adr/0003-gap.md", "docs/adr/0003-twice.md"]);
    }
}
