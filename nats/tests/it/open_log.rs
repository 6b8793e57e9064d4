//! A log is what it should be, or it is not opened.

use std::time::{Duration, Instant};

use async_nats::jetstream::stream::{Config, DiscardPolicy, Republish, StorageType};
use domain::ids::LogSeq;
use nats::testing::TestServer;
use nats::{Nats, OpenLogError, SnapshotMeta};

use crate::commits::{app, append_many, append_one, empty_log};

#[tokio::test]
async fn a_log_is_created_once_and_then_found() {
    let (_server, nats, log) = empty_log().await;
    append_one(&log, LogSeq(0)).await;

    let again = nats.open_log(&app()).await.unwrap();

    assert_eq!(again.last_seq().await.unwrap().0, 1);
}

#[tokio::test]
async fn two_can_open_a_new_log_at_the_same_time() {
    let server = TestServer::start().await;
    let one = Nats::connect(&server.config()).await.unwrap();
    let two = Nats::connect(&server.config()).await.unwrap();

    let (first, second) = (app(), app());
    let (first, second) = tokio::join!(one.open_log(&first), two.open_log(&second));

    assert!(first.is_ok() && second.is_ok());
}

#[tokio::test]
async fn a_stream_that_is_not_what_was_asked_for_is_refused_and_left_alone() {
    type Change = (&'static str, &'static str, fn(&mut Config));
    let changes: [Change; 13] = [
        ("storage", "\"memory\"", |config| config.storage = StorageType::Memory),
        ("max_msgs", "1000", |config| config.max_messages = 1_000),
        ("max_bytes", "1000", |config| config.max_bytes = 1_000),
        ("max_age", "3600000000000", |config| config.max_age = Duration::from_hours(1)),
        ("max_msgs_per_subject", "1", |config| config.max_messages_per_subject = 1),
        ("max_msg_size", "1024", |config| config.max_message_size = 1_024),
        ("discard", "\"old\"", |config| config.discard = DiscardPolicy::Old),
        ("deny_delete", "", |config| config.deny_delete = false),
        ("deny_purge", "", |config| config.deny_purge = false),
        ("subjects", "[\"log.shop\",\"log.other\"]", |config| {
            config.subjects.push("log.other".to_owned());
        }),
        ("duplicate_window", "1000000000", |config| {
            config.duplicate_window = Duration::from_secs(1);
        }),
        ("allow_direct", "true", |config| config.allow_direct = true),
        ("republish", "", |config| {
            let (source, destination) = ("log.shop".to_owned(), "live.shop".to_owned());
            config.republish = Some(Republish { source, destination, headers_only: false });
        }),
    ];
    let (server, nats, _log) = empty_log().await;
    let context = async_nats::jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let good = context.get_stream("LOG_shop").await.unwrap().cached_info().config.clone();

    for (field, found, change) in changes {
        let mut config = good.clone();
        config.metadata.clear();
        change(&mut config);
        context.delete_stream("LOG_shop").await.unwrap();
        create_again(&context, &config).await;

        match nats.open_log(&app()).await.unwrap_err() {
            OpenLogError::Mismatch { stream, field: named, found: shown, .. } => {
                assert_eq!((stream.as_str(), named.as_str()), ("LOG_shop", field));
                assert!(found.is_empty() || shown == found, "{field}: {shown}");
            }
            failed @ (OpenLogError::Failed { .. } | OpenLogError::Missing { .. }) => {
                unreachable!("{field}: {failed:?}")
            }
        }
        let after = context.get_stream("LOG_shop").await.unwrap().cached_info().config.clone();
        assert_eq!(after.max_messages, config.max_messages, "nothing is changed silently");
    }
}

/// The server still removes the files of the stream that was deleted.
async fn create_again(context: &async_nats::jetstream::Context, config: &Config) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while let Err(error) = context.create_stream(config.clone()).await {
        assert!(Instant::now() < deadline, "{error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_deleted_log_is_gone_and_a_new_one_is_empty() {
    let (_server, nats, log) = empty_log().await;
    append_many(&log, LogSeq(0), 3).await;

    nats.delete_log(&app()).await.unwrap();
    nats.delete_log(&app()).await.unwrap();

    assert!(log.last().await.is_err());
    let new = nats.open_log(&app()).await.unwrap();
    assert_eq!(new.last_seq().await.unwrap().0, 0);
}

#[tokio::test]
async fn a_reader_brings_no_log_back_and_what_is_stored_is_listed() {
    let (_server, nats, _log) = empty_log().await;
    assert_eq!(nats.stored_apps().await.unwrap(), [app()].into());
    nats.open_existing_log(&app()).await.unwrap();

    nats.delete_log(&app()).await.unwrap();

    let missing = nats.open_existing_log(&app()).await.unwrap_err();
    assert!(matches!(missing, OpenLogError::Missing { .. }), "{missing:?}");
    assert_eq!(nats.stored_apps().await.unwrap(), [].into());
    let meta = SnapshotMeta { schema: 1, log_seq: LogSeq(1) };
    nats.save_snapshot(&app(), meta, b"{}".to_vec()).await.unwrap();
    assert_eq!(nats.stored_apps().await.unwrap(), [app()].into());
    nats.delete_snapshots(&app()).await.unwrap();
    assert_eq!(nats.stored_apps().await.unwrap(), [].into());
}
