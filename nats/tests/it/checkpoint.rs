//! How far a reader has come.

use bytes::Bytes;
use nats::testing::TestServer;
use nats::{CheckpointError, Nats};

use crate::commits::app;

#[tokio::test]
async fn what_is_written_is_there_after_a_restart_and_gone_after_a_deletion() {
    let mut server = TestServer::start().await;
    let nats = Nats::connect(&server.config()).await.unwrap();
    assert_eq!(nats.read_checkpoint(&app(), "orders").await.unwrap(), None);
    let (mut checkpoint, stored) = nats.open_checkpoint(&app(), "orders").await.unwrap();
    assert_eq!(stored, None);
    checkpoint.write(Bytes::from_static(b"7")).await.unwrap();
    checkpoint.write(Bytes::from_static(b"8")).await.unwrap();

    server.restart().await;
    let nats = Nats::connect(&server.config()).await.unwrap();
    let (_, stored) = nats.open_checkpoint(&app(), "orders").await.unwrap();
    assert_eq!(stored.as_deref(), Some(&b"8"[..]));
    let (_, of_another) = nats.open_checkpoint(&app(), "news").await.unwrap();
    assert_eq!(of_another, None);
    assert!(nats.stored_apps().await.unwrap().contains(&app()));

    nats.delete_checkpoints(&app()).await.unwrap();
    nats.delete_checkpoints(&app()).await.unwrap();
    assert_eq!(nats.read_checkpoint(&app(), "orders").await.unwrap(), None);
    assert!(!nats.stored_apps().await.unwrap().contains(&app()));
}

#[tokio::test]
async fn of_two_writers_the_one_who_was_there_before_finds_out() {
    let server = TestServer::start().await;
    let nats = Nats::connect(&server.config()).await.unwrap();
    let (mut first, _) = nats.open_checkpoint(&app(), "orders").await.unwrap();
    first.write(Bytes::from_static(b"1")).await.unwrap();
    let (mut second, _) = nats.open_checkpoint(&app(), "orders").await.unwrap();
    second.write(Bytes::from_static(b"2")).await.unwrap();

    let moved = first.write(Bytes::from_static(b"3")).await;

    assert!(matches!(moved, Err(CheckpointError::Moved { .. })), "{moved:?}");
    second.write(Bytes::from_static(b"4")).await.unwrap();
}
