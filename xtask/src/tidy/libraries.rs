//! Every library of the root `Cargo.toml` is used by a crate, and `docs/adr/0010-libraries.md` says
//! why it was taken.

use crate::markdown::{code_spans, lines};
use crate::tidy::Finding;
use crate::tree::Tree;

const TABLE: &str = "Cargo.toml";
const DOCUMENT: &str = "docs/adr/0010-libraries.md";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let reasons = tree.text(DOCUMENT).unwrap_or_default();
    let reasons: Vec<&str> = code_spans(lines(reasons)).map(|place| place.text).collect();
    let mut findings = vec![];
    for (name, line) in libraries(tree.text(TABLE).unwrap_or_default()) {
        if !is_used(tree, name) {
            findings.push(Finding::at(TABLE, line, format!("no crate uses `{name}`")));
        }
        if !reasons.contains(&name) {
            let message = format!("{DOCUMENT} does not say why `{name}` was taken");
            findings.push(Finding::at(TABLE, line, message));
        }
    }
    findings
}

/// The dependencies of the workspace that are not its own crates.
fn libraries(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let numbered = text.lines().zip(1..);
    let section = numbered.skip_while(|(line, _)| *line != "[workspace.dependencies]").skip(1);
    let section = section.take_while(|(line, _)| !line.starts_with('['));
    let theirs = section.filter(|(line, _)| !line.contains("path = ") && !line.starts_with('#'));
    theirs.filter_map(|(line, number)| Some((line.split_once(" = ")?.0, number)))
}

fn is_used(tree: &Tree, name: &str) -> bool {
    let uses = [format!("{name}.workspace = true"), format!("{name} = {{ workspace = true")];
    let members = tree.ending("/Cargo.toml").flat_map(|file| file.text.lines());
    members.into_iter().any(|line| uses.iter().any(|begin| line.starts_with(begin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_without_a_use_or_a_reason_is_found() {
        let table = "[workspace.dependencies]\nours = { path = \"ours\" }\n\n# Why.\na = \"1\"\n\
                     b = { version = \"1\" }\nc = \"1\"\n\n[profile.dev]\nd = 1\n";
        let member =
            "[dependencies]\na.workspace = true\nb = { workspace = true, optional = true }\n";
        let reasons = "| `a`, `c` | because |\n";
        let files = [(TABLE, table), ("x/Cargo.toml", member), (DOCUMENT, reasons)];
        let found: Vec<_> =
            check(&Tree::of(&files)).into_iter().map(|f| (f.line, f.message)).collect();
        let unexplained = format!("{DOCUMENT} does not say why `b` was taken");
        assert_eq!(found, [(Some(6), unexplained), (Some(7), "no crate uses `c`".to_owned())]);
    }
}
