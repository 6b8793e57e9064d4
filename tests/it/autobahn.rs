//! The WebSocket of the streams against the cases of the Autobahn suite, run by `kosoku` of `PyPI` on an echo
//! that exists in test builds only. Compression (12 and 13) is not offered, and how long many messages
//! take (9.7, 9.8) is for the benches.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use service_kit::tasks::Tasks;
use tokio::process::Command;

const LIMIT: Duration = Duration::from_mins(4);

#[tokio::test(flavor = "multi_thread")]
async fn the_protocol_is_spoken_as_the_suite_expects() {
    let kosoku = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.matinee/python/bin/kosoku");
    assert!(kosoku.is_file(), "run `scripts/python-tools.sh`, or `make test`");
    let tasks = Tasks::new();
    let addr = query_service::echo::start(&tasks).unwrap();
    let reports = tempfile::tempdir().unwrap();
    let mut command = Command::new(kosoku);
    command.args(["--exclude", "9.7.*", "--exclude", "9.8.*"]);
    command.args(["--exclude", "12.*", "--exclude", "13.*", "--parallelism", "4", "--outdir"]);
    command.arg(reports.path()).arg(addr.to_string()).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(LIMIT, command.output()).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    let cases = text.split("reports for ").nth(1).and_then(|rest| rest.split(' ').next());
    let cases: u32 = cases.and_then(|cases| cases.parse().ok()).unwrap_or_default();
    assert!(200 < cases, "{text}");
    tasks.shut_down();
    tasks.wait(Duration::from_secs(10)).await.unwrap();
}
