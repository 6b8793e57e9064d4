//! What a tail does not read over.

use async_nats::jetstream;
use domain::codec;
use domain::ids::LogSeq;
use nats::testing::TestServer;
use nats::{TailConfig, TailError};

use crate::commits::{app, append_many, append_one, commit, empty_log, in_time};

#[tokio::test]
async fn a_gap_ends_the_tail() {
    let (server, nats, log) = empty_log().await;
    let stream = deletable_stream(&server).await;
    append_many(&log, LogSeq(0), 5).await;
    stream.delete_message(3).await.unwrap();
    let mut tail = log.tail(LogSeq(0), TailConfig::default());

    assert_eq!(in_time(tail.next()).await.unwrap().seq, LogSeq(1));
    assert_eq!(in_time(tail.next()).await.unwrap().seq, LogSeq(2));
    let error = in_time(tail.next()).await.unwrap_err();

    let gap = TailError::Gap { expected: LogSeq(3), found: LogSeq(4) };
    assert_eq!(error.to_string(), gap.to_string());
    let over = in_time(tail.next()).await.unwrap_err();
    assert!(matches!(over, TailError::Lost { .. }), "{over:?}");
    assert!(nats.open_log(&app()).await.is_err(), "such a log is not even opened");
}

#[tokio::test]
async fn a_gap_right_behind_the_checkpoint_ends_the_tail() {
    let (server, _nats, log) = empty_log().await;
    let stream = deletable_stream(&server).await;
    append_many(&log, LogSeq(0), 3).await;
    stream.delete_message(1).await.unwrap();

    let error = in_time(log.tail(LogSeq(0), TailConfig::default()).next()).await.unwrap_err();

    assert!(matches!(error, TailError::Gap { expected: LogSeq(1), found: LogSeq(2) }), "{error:?}");
}

#[tokio::test]
async fn a_commit_that_cannot_be_read_ends_the_tail_behind_those_before_it() {
    let (_server, _nats, log) = empty_log().await;
    let last = append_many(&log, LogSeq(0), 2).await;
    let unknown = codec::encode(&commit(1));
    let unknown = String::from_utf8(unknown).unwrap().replace("\"v\":1", "\"v\":9");
    log.append(commit(1).id, unknown.into_bytes(), last).await.unwrap();
    let mut tail = log.tail(LogSeq(0), TailConfig::default());

    let mut read = 0;
    let error = loop {
        match in_time(tail.next_batch(100)).await {
            Ok(batch) => read += batch.len(),
            Err(error) => break error,
        }
    };

    assert_eq!(read, 2);
    match error {
        TailError::Decode { seq, source } => {
            assert_eq!(seq, LogSeq(3));
            assert!(source.to_string().contains("version 9"), "{source}");
        }
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn a_log_that_ends_before_the_checkpoint_ends_the_tail() {
    let (_server, _nats, log) = empty_log().await;
    append_one(&log, LogSeq(0)).await;

    let error = in_time(log.tail(LogSeq(7), TailConfig::default()).next()).await.unwrap_err();

    assert!(matches!(error, TailError::Shrunk { after: LogSeq(7), last: LogSeq(1) }), "{error:?}");
}

#[tokio::test]
async fn a_deleted_log_ends_the_tail() {
    let (_server, nats, log) = empty_log().await;
    let mut tail = log.tail(LogSeq(0), TailConfig::default());
    append_one(&log, LogSeq(0)).await;
    in_time(tail.next()).await.unwrap();

    nats.delete_log(&app()).await.unwrap();

    let error = in_time(tail.next()).await.unwrap_err();
    assert!(matches!(error, TailError::Lost { .. }), "{error:?}");
}

/// Replaces the log by one of the same shape from which messages can be deleted.
async fn deletable_stream(server: &TestServer) -> jetstream::stream::Stream {
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let mut config = context.get_stream("LOG_shop").await.unwrap().cached_info().config.clone();
    config.deny_delete = false;
    config.metadata.clear();
    context.delete_stream("LOG_shop").await.unwrap();
    context.create_stream(config).await.unwrap()
}
