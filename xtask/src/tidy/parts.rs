//! A command has its rule and its route, a read model its fold and its table, each in a file of the
//! same name: who knows the name finds the file.

use crate::source::{snake_case, variants_of};
use crate::tidy::Finding;
use crate::tree::Tree;

const COMMANDS: &str = "domain/src/command.rs";
const RULES: [&str; 3] = ["domain/src/room/", "domain/src/app/", "domain/src/registry/"];
const ROUTES: &str = "command-service/src/routes/";
const FOLDS: &str = "projector/src/models/";
const TABLES: &str = "migrations/sql/models/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = vec![];
    let text = tree.text(COMMANDS).unwrap_or_default();
    let commands = [variants_of(text, "RoomCommand"), variants_of(text, "AppCommand")].concat();
    if commands.is_empty() {
        findings.push(Finding::of(COMMANDS, "no commands found"));
    }
    for command in commands {
        let file = format!("{}.rs", snake_case(command));
        let rules = RULES.map(|folder| format!("{folder}{file}"));
        let begin = format!("//! `{command}` → `");
        let is_rule = |path: &String| tree.text(path).is_some_and(|text| text.starts_with(&begin));
        if !rules.iter().any(is_rule) {
            let message = format!("no `{file}` in {} begins with \"{begin}\"", RULES.join(" or "));
            findings.push(Finding::of(COMMANDS, message));
        }
        let route = format!("{ROUTES}{file}");
        let header = tree.text(&route).and_then(|text| text.lines().next());
        if !header.is_some_and(|line| line.contains(" /v1/")) {
            let message = format!("`{route}` does not begin with method and path");
            findings.push(Finding::of(COMMANDS, message));
        }
    }
    findings.extend(pairs(tree, (FOLDS, ".rs"), (TABLES, ".sql")));
    findings.extend(pairs(tree, (TABLES, ".sql"), (FOLDS, ".rs")));
    findings
}

/// Each file of the one folder must have one of the same name in the other.
fn pairs(tree: &Tree, here: (&str, &str), there: (&str, &str)) -> Vec<Finding> {
    let names = tree.paths().filter_map(|path| {
        let name = path.strip_prefix(here.0)?.strip_suffix(here.1)?;
        (name != "mod" && !name.contains('/')).then_some((path, name))
    });
    let others = names.map(|(path, name)| (path, format!("{}{name}{}", there.0, there.1)));
    let missing = others.filter(|(_, other)| !tree.has(other));
    missing.map(|(path, other)| Finding::of(path, format!("`{other}` is missing"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: (&str, &str) = (COMMANDS, "enum RoomCommand {\n    SendGift(SendGift),\n}\n");
    const RULE: (&str, &str) = ("domain/src/room/send_gift.rs", "//! `SendGift` → `gift_sent`.\n");
    const ROUTE: (&str, &str) = ("command-service/src/routes/send_gift.rs", "//! `POST /v1/x`\n");
    const FOLD: (&str, &str) = ("projector/src/models/gift_total.rs", "//! x\n");
    const TABLE: (&str, &str) = ("migrations/sql/models/gift_total.sql", "-- x\n");

    fn found(files: &[(&str, &str)]) -> usize {
        check(&Tree::of(files)).len()
    }

    #[test]
    fn a_missing_part_is_found() {
        assert_eq!(found(&[COMMAND, RULE, ROUTE, FOLD, TABLE]), 0);
        assert_eq!(found(&[RULE, ROUTE, FOLD, TABLE]), 1);
        assert_eq!(found(&[COMMAND, ROUTE, FOLD, TABLE]), 1);
        assert_eq!(found(&[COMMAND, (RULE.0, "//! Gifts.\n"), ROUTE, FOLD, TABLE]), 1);
        assert_eq!(found(&[COMMAND, RULE, FOLD, TABLE]), 1);
        assert_eq!(found(&[COMMAND, RULE, (ROUTE.0, "//! Gifts.\n"), FOLD, TABLE]), 1);
        assert_eq!(found(&[COMMAND, RULE, ROUTE, TABLE]), 1);
        assert_eq!(found(&[COMMAND, RULE, ROUTE, FOLD]), 1);
    }
}
