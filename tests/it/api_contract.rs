//! The `OpenAPI` documents against the running services: schemathesis makes requests from them, good
//! and bad, and finds no 5xx and no answer that the documents do not have.
//!
//! It runs as an admin, who reaches every rule and stays one whatever list of admins is made, and as a
//! viewer, who is refused by most.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use domain::actor::Role;
use domain::app::set_admins::SYSTEM_USER;
use harness::Cluster;
use reqwest::Method;
use serde_json::json;

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance";

/// Streams do not end, and the checks know no request that goes on.
const NO_STREAMS: &str = "/(stream|ws|replay)$";

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_documented() {
    let schemathesis = repository(".matinee/python/bin/schemathesis");
    assert!(schemathesis.is_file(), "run `scripts/python-tools.sh`, or `make test`");
    let cluster = Cluster::start().await;
    let admin = cluster.caller(SYSTEM_USER, Role::Admin);
    for (path, body) in [
        ("/gifts/0", json!({ "name": "Rose", "unit_price": 1 })),
        ("/rooms/0", json!({ "name": "Tea time", "owner": "host" })),
        ("/rooms/0/products/0", json!({ "title": "Tea", "price_cents": 1_000 })),
    ] {
        let (status, answer) = admin.command(Method::PUT, path, &body).await;
        assert_eq!(status, 201, "{answer}");
    }

    // It leaves files behind where it runs.
    let directory = tempfile::tempdir().unwrap();
    let target = cluster.target();
    for url in [&target.command_url, &target.query_url] {
        for (user, role) in [(SYSTEM_USER, Role::Admin), ("ann", Role::Viewer)] {
            let token = target.tokens.sign(&user.parse().unwrap(), role).unwrap();
            let output = Command::new(&schemathesis)
                .arg("run")
                .arg(format!("{url}/openapi.json"))
                .args(["--checks", CHECKS, "--exclude-path-regex", NO_STREAMS])
                .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "12"])
                .args(["--seed", "1", "--generation-database", "none", "--no-shrink"])
                .args(["--request-timeout", "15", "--continue-on-failure"])
                .args(["--suppress-health-check", "all", "--no-color"])
                .arg("--header")
                .arg(format!("Authorization: Bearer {token}"))
                .env("SCHEMATHESIS_HOOKS", "hooks")
                .env("MATINEE_APP", target.app().as_str())
                .env("PYTHONPATH", repository("tests/contract"))
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .current_dir(directory.path())
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{role:?} at {url}:\n{text}\n{errors}");
        }
    }
    // It was no empty talk: many of the commands were carried out.
    let (status, room) = admin.query("/rooms/0").await;
    assert_eq!(status, 200, "{room}");
    assert!(50 < room["room_seq"].as_u64().unwrap(), "{room}");
    cluster.stop().await;
}
