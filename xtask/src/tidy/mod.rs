//! The rules that a program can check. One file per rule, each with a test in which it fails.

mod catalogue_is_current;
mod edges;
mod file_sizes;
mod goldens;
mod headers;
mod libraries;
mod life_of_send_gift;
mod links;
mod metrics;
mod numbering;
mod parts;
mod problems;
mod unfinished;

use crate::tree::Tree;

/// Something to put right, or only to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// From the root.
    path: String,
    /// From 1; none where the whole file is meant.
    line: Option<usize>,
    message: String,
    /// Does not fail the check.
    only_worth_a_look: bool,
}

impl Finding {
    fn at(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::of(path, message) }
    }

    fn of(path: &str, message: impl Into<String>) -> Self {
        let (path, message) = (path.to_owned(), message.into());
        Self { path, line: None, message, only_worth_a_look: false }
    }
}

type Check = fn(&Tree) -> Vec<Finding>;

const CHECKS: [(&str, Check); 13] = [
    ("catalogue", catalogue_is_current::check),
    ("edges between crates", edges::check),
    ("file sizes", file_sizes::check),
    ("golden files", goldens::check),
    ("headers", headers::check),
    ("the life of a SendGift", life_of_send_gift::check),
    ("libraries", libraries::check),
    ("links in documents", links::check),
    ("metrics", metrics::check),
    ("numbering", numbering::check),
    ("parts of commands and read models", parts::check),
    ("problem types", problems::check),
    ("unfinished work", unfinished::check),
];

/// Runs every check and prints what it found; true if nothing has to be put right.
#[expect(clippy::print_stdout, reason = "this is how it answers")]
pub(crate) fn run(tree: &Tree) -> bool {
    let mut clean = true;
    for (name, check) in CHECKS {
        let findings = check(tree);
        let wrong = findings.iter().filter(|finding| !finding.only_worth_a_look).count();
        clean &= wrong == 0;
        println!("{} {name}", if wrong == 0 { "ok  " } else { "FAIL" });
        for Finding { path, line, message, only_worth_a_look } in findings {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            let note = if only_worth_a_look { "worth a look: " } else { "" };
            println!("     {path}{line}: {note}{message}");
        }
    }
    clean
}
