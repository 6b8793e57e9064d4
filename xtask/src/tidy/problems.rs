//! Every problem type that a caller can get has a section in `docs/problems.md`, and every section
//! a type that is still given.

use std::collections::BTreeMap;

use crate::source::{arms_of, line_of, without_tests};
use crate::tidy::Finding;
use crate::tree::{File, Tree};

const DOCUMENT: &str = "docs/problems.md";
const REJECTIONS: &str = "domain/src/rejection/code.rs";

/// Crates whose problems are made for tests only.
const NOT_SERVED: [&str; 3] = ["bench/", "tests/", "xtask/"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut used: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for code in arms_of(tree.text(REJECTIONS).unwrap_or_default(), "code") {
        used.insert(code, (REJECTIONS, 1));
    }
    for file in tree.ending(".rs").filter(|file| is_served(file.path)) {
        for (code, line) in codes(file) {
            used.entry(code).or_insert((file.path, line));
        }
    }

    let document = tree.text(DOCUMENT).unwrap_or_default();
    let sections: BTreeMap<&str, usize> = document
        .lines()
        .zip(1..)
        .filter_map(|(line, number)| Some((section(line)?, number)))
        .collect();
    let missing = used.iter().filter(|(code, _)| !sections.contains_key(*code));
    let missing = missing.map(|(code, (path, line))| {
        Finding::at(path, *line, format!("`{code}` has no section in {DOCUMENT}"))
    });
    let stale = sections.iter().filter(|(code, _)| !used.contains_key(*code));
    let stale = stale.map(|(code, line)| {
        Finding::at(DOCUMENT, *line, format!("no problem has the type `{code}`"))
    });
    missing.chain(stale).collect()
}

fn is_served(path: &str) -> bool {
    path.contains("/src/") && !NOT_SERVED.iter().any(|prefix| path.starts_with(prefix))
}

/// The heading of a problem type: "### `code`".
fn section(line: &str) -> Option<&str> {
    line.strip_prefix("### `")?.strip_suffix('`')
}

/// The codes of a file: "code" in `Problem::new(status, "code", "Title")`, or in a row of a table
/// that has these three members.
fn codes(file: File<'_>) -> BTreeMap<&str, usize> {
    let text = without_tests(file.text);
    let mut codes = BTreeMap::new();
    for (at, _) in text.match_indices('"') {
        let before = text[..at].trim_end();
        let Some((code, after)) = text[at + 1..].split_once('"') else { continue };
        let is_code = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let status_before = before.strip_suffix(',').is_some_and(|before| {
            before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')'))
        });
        if status_before && !code.is_empty() && code.bytes().all(is_code) && title_begins(after) {
            codes.entry(code).or_insert_with(|| line_of(text, at));
        }
    }
    codes
}

/// Whether `, "Title` or `, title` comes next.
fn title_begins(after: &str) -> bool {
    let title = after.strip_prefix(',').map(str::trim_start).unwrap_or_default();
    let literal = title.strip_prefix('"');
    title.starts_with("title")
        || literal.is_some_and(|title| title.starts_with(|c: char| c.is_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_in_calls_and_in_tables() {
        let text = "//! x\n\
            fn a() { Problem::new(StatusCode::CONFLICT, \"in_a_call\", \"Title\") }\n\
            fn b() { Problem::new(\n    status,\n    \"on_lines\",\n    title,\n) }\n\
            let row = (unauthorized, \"in_a_table\", \"Title\");\n\
            #[cfg(test)]\nmod tests { Problem::new(StatusCode::OK, \"in_a_test\", \"\") }\n";
        let file = File { path: "a/src/b.rs", text };
        let found: Vec<_> = codes(file).into_iter().collect();
        assert_eq!(found, [("in_a_call", 2), ("in_a_table", 8), ("on_lines", 5)]);
    }

    #[test]
    fn a_code_without_a_section_and_a_section_without_a_code_are_found() {
        let rejection =
            "    fn code(&self) -> &str {\n            Self::Muted => \"muted\",\n    }\n";
        let call = "//! x\nProblem::new(StatusCode::OK, \"too_late\", \"Too late\")\n";
        let tree = |document: &str| {
            Tree::of(&[(REJECTIONS, rejection), ("kit/src/a.rs", call), (DOCUMENT, document)])
        };
        let complete = "### `muted`\n\n### `too_late`\n";
        assert_eq!(check(&tree(complete)), []);
        assert_eq!(check(&tree("### `muted`\n"))[0].path, "kit/src/a.rs");
        assert_eq!(check(&tree("### `too_late`\n"))[0].path, REJECTIONS);
        let stale = check(&tree(&format!("{complete}### `gone`\n")));
        assert_eq!((stale[0].path.as_str(), stale[0].line), (DOCUMENT, Some(4)));
    }
}
