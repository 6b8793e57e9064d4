//! Every path in the documents and in the headers of source files exists: back-ticked ones from the
//! root, links from the document.

use crate::markdown::{Place, anchors, code_spans, lines, link_targets};
use crate::tidy::Finding;
use crate::tree::{File, Tree};

/// A back-ticked text that ends so is a file of this tree, also without a folder before it.
const FILES: [&str; 5] = [".md", ".proto", ".py", ".rs", ".sql"];

/// The same in a document; in a source file it may be what the program makes.
const FILES_IN_DOCUMENTS: [&str; 2] = [".toml", ".yml"];

/// Folders that exist once the project has run.
const MADE_WHEN_RUN: [&str; 3] = [".matinee", "node_modules", "target"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = vec![];
    for file in tree.ending(".rs") {
        findings.extend(dead_paths(tree, file, comments(file.text, "//!").collect()));
    }
    for file in tree.ending(".sql") {
        findings.extend(dead_paths(tree, file, comments(file.text, "--").collect()));
    }
    for file in tree.ending(".md") {
        findings.extend(dead_paths(tree, file, lines(file.text).collect()));
        for Place { line, text } in link_targets(file.text) {
            if let Some(why) = why_dead(tree, file, text) {
                findings.push(Finding::at(file.path, line, why));
            }
        }
    }
    findings
}

/// The lines of a source file that begin so.
fn comments<'a>(text: &'a str, begin: &'a str) -> impl Iterator<Item = Place<'a>> {
    let numbered = text.lines().zip(1..).map(|(text, line)| Place { line, text });
    numbered.filter(move |place| place.text.trim_start().starts_with(begin))
}

fn dead_paths(tree: &Tree, file: File<'_>, lines: Vec<Place<'_>>) -> Vec<Finding> {
    let paths = code_spans(lines.into_iter()).filter_map(|Place { line, text }| {
        Some(Place { line, text: as_path(tree, text, file.is("md"))? })
    });
    let dead = paths.filter(|place| !exists(tree, place.text));
    let message = |path| format!("`{path}` does not exist");
    dead.map(|Place { line, text }| Finding::at(file.path, line, message(text))).collect()
}

/// The path, if the text is meant as one: `domain/src/lib.rs`, in a document also `docs/` and
/// `deny.toml`, which in a source file may be what the program makes. Routes, media types and
/// patterns with `<` or `*` are not.
fn as_path<'a>(tree: &Tree, text: &'a str, in_document: bool) -> Option<&'a str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let text = text.split_once(':').map_or(text, |(path, _)| path);
    let outside = text.starts_with(['/', '.']) && !text.starts_with(".c");
    if text.is_empty() || !text.chars().all(plain) || outside {
        return None;
    }
    let (first, rest) = text.split_once('/').unwrap_or((text, ""));
    let in_our_folder = !rest.is_empty() && tree.has(first);
    let is_folder = in_document && text.ends_with('/') && text.matches('/').count() == 1;
    let also = FILES_IN_DOCUMENTS.iter().filter(|_| in_document);
    let is_file = FILES.iter().chain(also).any(|end| text.ends_with(end) && end.len() < text.len());
    let made = MADE_WHEN_RUN.contains(&first);
    ((in_our_folder || is_folder || is_file) && !made).then_some(text)
}

fn exists(tree: &Tree, path: &str) -> bool {
    let anywhere = format!("/{path}");
    tree.has(path) || (!path.contains('/') && tree.paths().any(|file| file.ends_with(&anywhere)))
}

fn why_dead(tree: &Tree, file: File<'_>, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { file.path.to_owned() } else { join(file.path, path)? };
    if !tree.has(&path) {
        return Some(format!("the link `{target}` leads nowhere"));
    }
    let text = tree.text(&path).unwrap_or_default();
    let known = anchor.is_empty() || anchors(text).any(|known| known == anchor);
    (!known).then(|| format!("`{path}` has no heading `#{anchor}`"))
}

/// A link from a document, as a path from the root; none if it leaves the tree.
fn join(document: &str, link: &str) -> Option<String> {
    let mut names: Vec<&str> = document.split('/').collect();
    names.pop();
    for name in link.trim_end_matches('/').split('/') {
        match name {
            "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(document: &str) -> Vec<String> {
        let tree = Tree::of(&[
            ("docs/a.md", document),
            ("docs/b.md", "## Two words\n"),
            ("domain/src/lib.rs", "//! See `domain/src/lib.rs`.\nlet x = \"`gone.rs`\";\n"),
        ]);
        check(&tree).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_path_that_does_not_exist_is_found() {
        assert_eq!(found("`domain/src/lib.rs`, `domain/src/`, `lib.rs`, `domain/`"), [""; 0]);
        assert_eq!(found("`domain/src/gone.rs`"), ["`domain/src/gone.rs` does not exist"]);
        assert_eq!(found("`gone.rs`, `gone/`").len(), 2);
        assert_eq!(found("`domain/src/lib.rs:12`"), [""; 0]);
    }

    #[test]
    fn a_dead_path_in_a_header_is_found() {
        let tree = Tree::of(&[("a/b.rs", "//! See\n//! `a/c.rs`.\n"), ("d.sql", "-- `a/b.rs`\n")]);
        let findings = check(&tree);
        assert_eq!(findings, [Finding::at("a/b.rs", 2, "`a/c.rs` does not exist")]);
    }

    #[test]
    fn what_is_not_a_path_is_left_alone() {
        assert_eq!(found("`application/json`, `/v1/apps/{app}`, `routes/<command>.rs`"), [""; 0]);
        assert_eq!(found("`.matinee/bin`, `target/debug/matinee`, `../elsewhere/x.md`"), [""; 0]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        assert_eq!(found("[b](b.md) [b](../docs/b.md#two-words) [w](https://x.example/)"), [""; 0]);
        assert_eq!(found("[b](c.md)"), ["the link `c.md` leads nowhere"]);
        assert_eq!(found("[b](b.md#three)"), ["`docs/b.md` has no heading `#three`"]);
    }
}
