//! Commits and short cuts that the tests share.

use std::time::Duration;

use domain::codec;
use domain::commit::Commit;
use domain::ids::{AppId, CommandId, LogSeq};
use domain::sample;
use nats::testing::TestServer;
use nats::{Log, Nats, NatsConfig, TailCommit};
use uuid::Uuid;

/// The app of most tests.
pub(crate) fn app() -> AppId {
    "shop".parse().unwrap()
}

/// An id that was not used before.
pub(crate) fn new_id() -> CommandId {
    CommandId::try_from(Uuid::now_v7()).unwrap()
}

/// A commit with `events` events and a new id.
pub(crate) fn commit(events: usize) -> Commit {
    let events = sample::events().into_iter().cycle().take(events).collect();
    Commit { id: new_id(), epoch: 1, at: sample::BEGIN, events, settled: Vec::new() }
}

/// A server, a connection and an empty log.
pub(crate) async fn empty_log() -> (TestServer, Nats, Log) {
    let server = TestServer::start().await;
    let nats = Nats::connect(&server.config()).await.unwrap();
    let log = nats.open_log(&app()).await.unwrap();
    (server, nats, log)
}

/// Appends a new commit, which must succeed, and returns it with its place.
pub(crate) async fn append_one(log: &Log, after: LogSeq) -> (LogSeq, Commit) {
    let commit = commit(1);
    let seq = log.append(commit.id, codec::encode(&commit), after).await.unwrap();
    (seq, commit)
}

/// Appends `count` commits behind `after` and returns the last place.
pub(crate) async fn append_many(log: &Log, after: LogSeq, count: usize) -> LogSeq {
    let mut last = after;
    for _ in 0..count {
        last = append_one(log, last).await.0;
    }
    last
}

/// Settings that give up soon.
pub(crate) fn impatient(url: String) -> NatsConfig {
    NatsConfig { url, request_timeout_ms: 300, ..NatsConfig::default() }
}

/// The places of commits.
pub(crate) fn places(commits: &[TailCommit]) -> Vec<u64> {
    commits.iter().map(|commit| commit.seq.0).collect()
}

/// Fails when `work` takes longer than ten seconds.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), work).await.unwrap()
}
