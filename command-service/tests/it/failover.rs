//! One leader at a time; another takes over; what was answered stays answered.

use std::time::{Duration, Instant};

use domain::ids::LogSeq;
use nats::testing::TestServer;
use service_kit::clock;

use crate::stage::{Instance, app, create, room_events, say, seq_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_instance_takes_over_within_5_s_and_gives_the_first_answers_again() {
    let server = TestServer::start().await;
    let first = Instance::start(&server.config()).await;
    first.until_leading().await;
    let second = Instance::start(&server.config()).await;
    first.send(create()).await;
    let (accepted, refused) = (say("hi"), say(""));
    let answers = (first.send(accepted.clone()).await, first.send(refused.clone()).await);
    assert!(!second.handle.leads());

    first.kill();
    let began = Instant::now();
    second.until_leading().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());

    assert_eq!(second.send(accepted).await, answers.0);
    assert_eq!(second.send(refused).await, answers.1);
    assert_eq!(seq_of(&second.send(say("next")).await), 3);
    assert_eq!(room_events(&second.nats).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_reach_the_leader_from_any_instance() {
    let server = TestServer::start().await;
    let leader = Instance::start(&server.config()).await;
    leader.until_leading().await;
    let other = Instance::start(&server.config()).await;
    other.send(create()).await;
    assert_eq!(seq_of(&other.send(say("hi")).await), 2);
    assert!(!other.handle.leads());

    // A clean stop gives the lease back: the other need not wait for its end.
    leader.stop().await;
    assert_eq!(seq_of(&other.send(say("again")).await), 3);
    assert!(other.handle.leads());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_was_overtaken_starts_again_from_the_log() {
    let server = TestServer::start().await;
    let instance = Instance::start(&server.config()).await;
    instance.until_leading().await;
    instance.send(create()).await;

    // Somebody else writes: what a second leader with a stale lease would do.
    let log = instance.nats.open_log(&app()).await.unwrap();
    let end = log.last_seq().await.unwrap();
    let id = clock::new_command_id();
    let empty = domain::commit_writer::CommitWriter::new(id, 99, clock::now()).finish();
    log.append(id, empty, end).await.unwrap();

    assert_eq!(seq_of(&instance.send(say("hi")).await), 2);
    assert_eq!(room_events(&instance.nats).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_and_the_tail_after_it_give_the_same_state() {
    let server = TestServer::start().await;
    let first = Instance::start(&server.config()).await;
    first.until_leading().await;
    first.send(create()).await;
    let said = say("before the snapshot");
    let answer = first.send(said.clone()).await;
    let nats = first.nats.clone();
    first.stop().await;
    let (meta, _) = nats.load_snapshot(&app()).await.unwrap().unwrap();
    assert!(LogSeq(0) < meta.log_seq);

    let second = Instance::start(&server.config()).await;
    second.until_leading().await;
    assert_eq!(second.send(said).await, answer);
    assert_eq!(seq_of(&second.send(say("after it")).await), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_cannot_be_used_means_a_full_replay() {
    let server = TestServer::start().await;
    let first = Instance::start(&server.config()).await;
    first.until_leading().await;
    first.send(create()).await;
    let nats = first.nats.clone();
    first.stop().await;
    for (schema, json) in [(1, &b"{not json"[..]), (9_999, &b"{}"[..])] {
        let log_seq = LogSeq(1);
        let meta = nats::snapshot::SnapshotMeta { schema, log_seq };
        nats.save_snapshot(&app(), meta, json.to_vec()).await.unwrap();
        let next = Instance::start(&server.config()).await;
        next.until_leading().await;
        seq_of(&next.send(say("hi")).await);
        next.kill();
    }
    assert_eq!(room_events(&nats).await.len(), 3);
}
