//! Every metric that is counted stands in `docs/operations.md`, and every one that stands there is
//! counted.

use std::collections::BTreeMap;

use crate::markdown::{Place, code_spans, lines};
use crate::source::{line_of, without_tests};
use crate::tidy::Finding;
use crate::tree::Tree;

const DOCUMENT: &str = "docs/operations.md";
const HEADING: &str = "### Metrics";
const MACROS: [&str; 3] = ["counter!(", "gauge!(", "histogram!("];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut counted: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    let sources = tree.ending(".rs").filter(|file| !file.path.starts_with("xtask/"));
    for file in sources.filter(|file| file.path.contains("/src/")) {
        let text = without_tests(file.text);
        for (at, name) in MACROS.iter().flat_map(|begin| names(text, begin)) {
            counted.entry(name).or_insert_with(|| (file.path, line_of(text, at)));
        }
    }

    let text = tree.text(DOCUMENT).unwrap_or_default();
    let section = lines(text).skip_while(|place| place.text != HEADING).skip(1);
    let section = section.take_while(|place| !place.text.starts_with('#'));
    let rows = section.filter_map(|Place { line, text }| {
        Some(Place { line, text: text.strip_prefix("| ")?.split('|').next()? })
    });
    let listed: BTreeMap<&str, usize> =
        code_spans(rows).map(|Place { line, text }| (text, line)).collect();

    let missing = counted.iter().filter(|(name, _)| !listed.contains_key(*name));
    let missing = missing.map(|(name, (path, line))| {
        Finding::at(path, *line, format!("`{name}` is not listed in {DOCUMENT}"))
    });
    let stale = listed.iter().filter(|(name, _)| !counted.contains_key(*name));
    let stale =
        stale.map(|(name, line)| Finding::at(DOCUMENT, *line, format!("nobody counts `{name}`")));
    missing.chain(stale).collect()
}

/// The first argument of each call of the macro, if it is a literal.
fn names<'a>(text: &'a str, begin: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    text.match_indices(begin).filter_map(move |(at, _)| {
        let literal = text[at + begin.len()..].trim_start().strip_prefix('"')?;
        Some((at, literal.split('"').next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_that_is_not_listed_and_one_that_is_gone_are_found() {
        let source =
            ("a/src/b.rs", "//! x\ncounter!(\"a_total\").increment(1);\ngauge!(\n\"b\");\n");
        let tree = |rows: &str| {
            let document = format!("# x\n\n{HEADING}\n\n{rows}\n## Next\n\n| `c` | no metric |\n");
            Tree::of(&[source, (DOCUMENT, &document)])
        };
        assert_eq!(check(&tree("| `a_total` | `app` | x |\n| `b` | | y |\n")), []);
        assert_eq!(check(&tree("| `a_total` | | x |\n"))[0].line, Some(3));
        let stale = check(&tree("| `a_total`, `b`, `gone` | | x |\n"));
        assert_eq!(stale, [Finding::at(DOCUMENT, 5, "nobody counts `gone`")]);
    }
}
