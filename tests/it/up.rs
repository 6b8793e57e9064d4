//! `matinee up` as an operator sees it.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use harness::{Cluster, eventually};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const LIMIT: Duration = Duration::from_mins(1);

fn text(output: &Output) -> String {
    let bytes = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(bytes).unwrap()
}

fn runs(pid: i32) -> bool {
    Path::new(&format!("/proc/{pid}/exe")).read_link().is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_one_with_the_same_data_is_refused_and_the_first_goes_on() {
    let cluster = Cluster::start().await;

    let second = cluster.command(&["up"]).output().unwrap();

    assert!(!second.status.success());
    assert!(text(&second).contains("in use by another matinee"), "{}", text(&second));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_in_good_order_and_leaves_no_process_and_no_address() {
    let cluster = Cluster::start().await;
    let pids = ["nats-server", "postgres"].map(|server| cluster.server_pid(server));
    let home = cluster.home();
    let log = home.join("log/postgres.log");
    assert!(pids.into_iter().all(runs));

    // The directory goes with the cluster: what must be looked at is opened before.
    let mut log = std::fs::File::open(log).unwrap();
    cluster.stop().await;

    assert!(!pids.into_iter().any(runs));
    assert!(!home.join("run.json").exists());
    let mut postgres = String::new();
    std::io::Read::read_to_string(&mut log, &mut postgres).unwrap();
    assert!(postgres.contains("database system is shut down"), "{postgres}");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_a_killed_one_left_behind_are_replaced() {
    let mut cluster = Cluster::start().await;
    let before = cluster.server_pid("nats-server");

    cluster.kill9();
    assert!(runs(before), "a server outlives a killed matinee");
    cluster.restart().await;

    assert_ne!(before, cluster.server_pid("nats-server"));
    assert!(!runs(before));
    let audit = cluster.command(&["audit"]).output().unwrap();
    assert!(audit.status.success(), "{}", text(&audit));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_is_interrupted_leaves_no_process() {
    let cluster = Cluster::start().await;
    let home = cluster.home();
    let mut demo = cluster.command(&["demo", "--speed", "1"]);
    let directory = cluster.stop_and_keep().await;
    let mut demo = demo.stdout(Stdio::piped()).spawn().unwrap();
    let pids = eventually("its servers run", LIMIT, async || {
        let pid = |server: &str| -> Option<i32> {
            std::fs::read_to_string(home.join("run").join(server)).ok()?.parse().ok()
        };
        Some([pid("nats-server.pid")?, pid("postgres.pid")?])
    })
    .await;
    assert!(pids.into_iter().all(runs));

    kill(Pid::from_raw(demo.id().cast_signed()), Signal::SIGINT).unwrap();

    let status = eventually("the demo has ended", LIMIT, async || demo.try_wait().unwrap()).await;
    assert!(!status.success());
    assert!(!pids.into_iter().any(runs));
    drop(directory);
}
