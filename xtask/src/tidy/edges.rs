//! Who may import whom. A new edge is a change of this table, and worth an ADR.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::tidy::Finding;
use crate::tree::Tree;

/// For each crate of the workspace, the others that it may import.
const MAY_IMPORT: [(&str, &[&str]); 14] = [
    ("domain", &[]),
    ("filter", &["domain"]),
    ("migrations", &["service-kit"]),
    ("xtask", &[]),
    ("nats", &["domain"]),
    ("service-kit", &["domain"]),
    ("signer-service", &["domain", "nats", "service-kit"]),
    ("callbacks", &["domain", "nats", "service-kit"]),
    ("command-service", &["domain", "filter", "nats", "service-kit"]),
    ("query-service", &["domain", "nats", "migrations", "service-kit"]),
    ("projector", &["domain", "nats", "migrations", "service-kit"]),
    ("matinee", EVERYTHING),
    ("tests", EVERYTHING),
    ("bench", EVERYTHING),
];

const EVERYTHING: &[&str] = &[
    "domain",
    "filter",
    "nats",
    "service-kit",
    "command-service",
    "projector",
    "query-service",
    "signer-service",
    "callbacks",
    "migrations",
    "matinee",
    "tests",
];

/// Technologies that few crates know.
const ONLY_IN: [(&str, &[&str]); 3] =
    [("async-nats", &["nats"]), ("tokio-postgres", POSTGRES), ("postgres-types", POSTGRES)];

const POSTGRES: &[&str] =
    &["projector", "query-service", "migrations", "matinee", "tests", "bench"];

/// All that `domain` is made of, tests apart: no IO, no clock, no randomness, no async.
const DOMAIN_IS_MADE_OF: [&str; 5] = ["schemars", "serde", "serde_json", "thiserror", "uuid"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    metadata(tree)
        .and_then(|metadata| edges(&metadata))
        .unwrap_or_else(|error| vec![Finding::of("Cargo.toml", format!("{error:#}"))])
}

fn metadata(tree: &Tree) -> Result<Value> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(&tree.root)
        .output()
        .context("`cargo metadata`")?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`cargo metadata`: {error}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn edges(metadata: &Value) -> Result<Vec<Finding>> {
    let packages = metadata["packages"].as_array().context("metadata without packages")?;
    let mut findings = vec![];
    for package in packages {
        let name = package["name"].as_str().context("a package without a name")?;
        let path = format!("{name}/Cargo.toml");
        let Some((_, may_import)) = MAY_IMPORT.iter().find(|(known, _)| *known == name) else {
            let place = "xtask/src/tidy/edges.rs";
            findings.push(Finding::of(&path, format!("`{name}` is not in the table of {place}")));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().context("a dependency without a name")?;
            let in_tests = dependency["kind"].as_str() == Some("dev");
            if let Some(why_not) = why_not(name, may_import, other, in_tests) {
                findings.push(Finding::of(&path, why_not));
            }
        }
    }
    Ok(findings)
}

fn why_not(name: &str, may_import: &[&str], other: &str, in_tests: bool) -> Option<String> {
    if other == name {
        // A crate's own tests may turn on its features.
        return (!in_tests).then(|| format!("`{name}` imports itself"));
    }
    let is_ours = MAY_IMPORT.iter().any(|(known, _)| *known == other);
    let allowed = may_import.contains(&other);
    if is_ours && !allowed {
        return Some(format!("`{name}` may not import `{other}`"));
    }
    if let Some((_, only_in)) = ONLY_IN.iter().find(|(technology, _)| *technology == other)
        && !only_in.contains(&name)
    {
        return Some(format!("`{other}` is only for {}", only_in.join(", ")));
    }
    if name == "domain" && !in_tests && !DOMAIN_IS_MADE_OF.contains(&other) {
        return Some(format!("`domain` is not made of `{other}`"));
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn messages(package: &str, kind: Option<&str>, dependency: &str) -> Vec<String> {
        let dependencies = json!([{ "name": dependency, "kind": kind }]);
        let metadata = json!({ "packages": [{ "name": package, "dependencies": dependencies }] });
        edges(&metadata).unwrap().into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn an_edge_that_is_not_in_the_table_is_found() {
        assert!(messages("command-service", None, "domain").is_empty());
        assert_eq!(
            messages("command-service", None, "query-service"),
            ["`command-service` may not import `query-service`"]
        );
        assert_eq!(messages("domain", None, "nats"), ["`domain` may not import `nats`"]);
        assert_eq!(messages("query-service", Some("dev"), "projector").len(), 1);
        assert!(messages("nats", Some("dev"), "nats").is_empty());
        assert_eq!(messages("new-service", None, "serde").len(), 1);
    }

    #[test]
    fn a_technology_in_the_wrong_crate_is_found() {
        assert!(messages("nats", None, "async-nats").is_empty());
        assert_eq!(messages("tests", None, "async-nats"), ["`async-nats` is only for nats"]);
        assert_eq!(messages("command-service", None, "tokio-postgres").len(), 1);
        assert_eq!(messages("domain", None, "tokio"), ["`domain` is not made of `tokio`"]);
        assert!(messages("domain", Some("dev"), "proptest").is_empty());
    }
}
