//! Everything once, in order, whatever happens to the server.

use std::time::Duration;

use async_nats::jetstream::stream::Stream;
use domain::codec;
use domain::ids::LogSeq;
use futures_util::TryStreamExt;
use nats::testing::{Proxy, TestServer};
use nats::{Nats, TailConfig};

use crate::commits::{app, append_many, append_one, commit, empty_log, impatient, in_time, places};

#[tokio::test]
async fn a_tail_gives_what_was_appended_and_then_what_comes() {
    let (_server, _nats, log) = empty_log().await;
    let (first, written) = append_one(&log, LogSeq(0)).await;
    let mut tail = log.tail(LogSeq(0), TailConfig::default());

    let read = in_time(tail.next()).await.unwrap();
    assert_eq!((read.seq, &read.commit), (first, &written));
    assert_eq!(read.bytes, codec::encode(&written).len());

    let (second, written) = append_one(&log, first).await;
    let read = in_time(tail.next()).await.unwrap();
    assert_eq!((read.seq, read.commit), (second, written));
}

#[tokio::test]
async fn a_tail_begins_behind_its_checkpoint() {
    let (_server, _nats, log) = empty_log().await;
    append_many(&log, LogSeq(0), 5).await;

    let mut tail = log.tail(LogSeq(3), TailConfig::default());
    assert_eq!(in_time(tail.next()).await.unwrap().seq, LogSeq(4));
    let mut at_the_end = log.tail(LogSeq(5), TailConfig::default());
    append_many(&log, LogSeq(5), 1).await;
    assert_eq!(in_time(at_the_end.next()).await.unwrap().seq, LogSeq(6));
}

#[tokio::test]
async fn a_batch_is_bounded_by_events_and_never_splits_a_commit() {
    let (_server, _nats, log) = empty_log().await;
    for (events, after) in [4, 4, 4, 20, 1, 0, 1].into_iter().zip(0..) {
        let commit = commit(events);
        log.append(commit.id, codec::encode(&commit), LogSeq(after)).await.unwrap();
    }
    // Reads ahead by three commits at most, so everything is read in several rounds too.
    let config = TailConfig { ahead_commits: 3, ..TailConfig::default() };
    let mut small = log.tail(LogSeq(0), config);
    let mut seen = Vec::new();
    while seen.len() < 7 {
        let batch = in_time(small.next_batch(10)).await.unwrap();
        let events: usize = batch.iter().map(|commit| commit.commit.events.len()).sum();
        assert!(batch.len() == 1 || events <= 10, "{events} events");
        seen.extend(places(&batch));
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn waiting_for_a_commit_can_be_given_up_without_losing_one() {
    let (_server, _nats, log) = empty_log().await;
    let mut tail = log.tail(LogSeq(0), TailConfig::default());
    let mut last = LogSeq(0);
    let mut seen = Vec::new();

    for _ in 0..50 {
        last = append_one(&log, last).await.0;
        let brief = Duration::from_micros(300);
        if let Ok(batch) = tokio::time::timeout(brief, tail.next_batch(100)).await {
            seen.extend(places(&batch.unwrap()));
        }
    }
    while seen.len() < 50 {
        seen.extend(places(&in_time(tail.next_batch(100)).await.unwrap()));
    }

    assert_eq!(seen, (1..=50).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_reader_that_is_slow_bounds_what_is_read_ahead() {
    let (_server, _nats, log) = empty_log().await;
    let mut last = LogSeq(0);
    for _ in 0..12 {
        let large = commit(1_500);
        last = log.append(large.id, codec::encode(&large), last).await.unwrap();
    }
    let config = TailConfig { ahead_commits: 1_000, ahead_bytes: 1, heartbeat_ms: 200 };
    let mut tail = log.tail(LogSeq(0), config);

    // Room for a little more than 1 MiB: the pump waits with the rest, for longer than the server
    // and the client stand silence.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut seen = Vec::new();
    while seen.len() < 12 {
        seen.extend(places(&in_time(tail.next_batch(5_000)).await.unwrap()));
    }
    assert_eq!(seen, (1..=12).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_survives_kills_of_the_server_with_everything_exactly_once() {
    let (mut server, _nats, log) = empty_log().await;
    let config = TailConfig { ahead_commits: 16, ..TailConfig::default() };
    let mut idle = log.tail(LogSeq(0), config.clone());
    let mut busy = log.tail(LogSeq(0), config);
    let reader = tokio::spawn(async move {
        let mut seen = Vec::new();
        while seen.len() < 900 {
            seen.extend(places(&busy.next_batch(7).await.unwrap()));
        }
        seen
    });

    let mut last = LogSeq(0);
    for _ in 0..3 {
        last = append_many(&log, last, 300).await;
        server.kill9();
        server.restart().await;
        in_time(async { while log.last_seq().await.is_err() {} }).await;
        assert_eq!(log.last_seq().await.unwrap(), last);
    }

    let seen = tokio::time::timeout(Duration::from_secs(30), reader).await.unwrap().unwrap();
    assert_eq!(seen, (1..=900).collect::<Vec<_>>());
    let mut seen = Vec::new();
    while seen.len() < 900 {
        seen.extend(places(&in_time(idle.next_batch(1_000)).await.unwrap()));
    }
    assert_eq!(seen, (1..=900).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_tail_notices_a_connection_that_fell_silent() {
    let (server, _nats, log) = empty_log().await;
    let proxy = Proxy::start(server.port()).await;
    let through_proxy = Nats::connect(&impatient(proxy.url())).await.unwrap();
    let silent = through_proxy.open_log(&app()).await.unwrap();
    let config = TailConfig { heartbeat_ms: 200, ..TailConfig::default() };
    let mut tail = silent.tail(LogSeq(0), config);
    let last = append_many(&log, LogSeq(0), 10).await;
    assert_eq!(in_time(tail.next()).await.unwrap().seq, LogSeq(1));

    proxy.swallow_answers();
    append_many(&log, last, 10).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    proxy.heal();

    for expected in 2..=20 {
        assert_eq!(in_time(tail.next()).await.unwrap().seq, LogSeq(expected));
    }
}

#[tokio::test]
async fn a_consumer_that_somebody_deletes_is_made_again() {
    let (server, _nats, log) = empty_log().await;
    let mut tail = log.tail(LogSeq(0), TailConfig::default());
    let last = append_many(&log, LogSeq(0), 2).await;
    assert_eq!(in_time(tail.next()).await.unwrap().seq, LogSeq(1));

    let stream = stream_of(&server).await;
    for name in consumers(&stream).await {
        stream.delete_consumer(&name).await.unwrap();
    }
    append_many(&log, last, 2).await;

    for expected in 2..=4 {
        assert_eq!(in_time(tail.next()).await.unwrap().seq, LogSeq(expected));
    }
}

#[tokio::test]
async fn a_consumer_that_stands_still_behind_its_heartbeats_is_made_again() {
    let (server, _nats, log) = empty_log().await;
    let config = TailConfig { heartbeat_ms: 100, ..TailConfig::default() };
    let mut tail = log.tail(LogSeq(0), config);
    let last = append_many(&log, LogSeq(0), 1).await;
    assert_eq!(in_time(tail.next()).await.unwrap().seq, LogSeq(1));

    // A paused consumer is what a stuck one looks like: heartbeats, and no commits.
    let stream = stream_of(&server).await;
    let paused = consumers(&stream).await;
    let in_an_hour = stream.cached_info().created + Duration::from_hours(1);
    assert_eq!(paused.len(), 1);
    for name in &paused {
        stream.pause_consumer(name, in_an_hour).await.unwrap();
    }
    append_many(&log, last, 2).await;

    for expected in 2..=3 {
        assert_eq!(in_time(tail.next()).await.unwrap().seq, LogSeq(expected));
    }
    assert!(consumers(&stream).await.iter().any(|name| !paused.contains(name)));
}

async fn stream_of(server: &TestServer) -> Stream {
    let context = async_nats::jetstream::new(async_nats::connect(server.url()).await.unwrap());
    context.get_stream("LOG_shop").await.unwrap()
}

async fn consumers(stream: &Stream) -> Vec<String> {
    stream.consumer_names().try_collect().await.unwrap()
}
