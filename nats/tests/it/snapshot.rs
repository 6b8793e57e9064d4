//! The newest complete snapshot, or an error; never something else.

use async_nats::jetstream::{self, stream::Stream};
use domain::ids::LogSeq;
use futures_util::StreamExt;
use nats::testing::TestServer;
use nats::{Nats, NatsConfig, SnapshotError, SnapshotMeta};

use crate::commits::{app, in_time};

const STREAM: &str = "OBJ_matinee_snapshot_shop";

#[tokio::test]
async fn a_snapshot_is_read_as_it_was_written_and_a_newer_one_replaces_it() {
    let server = TestServer::start().await;
    let nats = Nats::connect(&server.config()).await.unwrap();
    assert_eq!(nats.load_snapshot(&app()).await.unwrap(), None);

    // Does not compress: many pieces.
    let large: Vec<u8> = noise(900_000);
    for (log_seq, json) in [(1, b"{}".to_vec()), (2, large), (3, Vec::new()), (4, noise(300_000))] {
        let meta = SnapshotMeta { schema: 7, log_seq: LogSeq(log_seq) };
        nats.save_snapshot(&app(), meta, json.clone()).await.unwrap();
        let loaded = in_time(nats.load_snapshot(&app())).await.unwrap();
        assert!(loaded == Some((meta, json)), "{log_seq}");
    }
    assert_eq!(nats.load_snapshot(&"other".parse().unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn a_snapshot_survives_a_kill_of_the_server() {
    let mut server = TestServer::start().await;
    let nats = Nats::connect(&server.config()).await.unwrap();
    nats.save_snapshot(&app(), meta(), noise(300_000)).await.unwrap();

    server.kill9();
    server.restart().await;

    let nats = Nats::connect(&server.config()).await.unwrap();
    let loaded = nats.load_snapshot(&app()).await.unwrap();
    assert!(loaded == Some((meta(), noise(300_000))));
}

#[tokio::test]
async fn a_snapshot_that_lacks_a_piece_is_damaged() {
    let (server, nats) = with_snapshot().await;
    let stream = stream(&server).await;

    stream.delete_message(2).await.unwrap();

    let error = in_time(nats.load_snapshot(&app())).await.unwrap_err();
    assert!(matches!(error, SnapshotError::Damaged { .. }), "{error:?}");
}

#[tokio::test]
async fn a_snapshot_with_another_piece_is_damaged_and_can_be_replaced() {
    let (server, nats) = with_snapshot().await;
    let stream = stream(&server).await;
    let piece = stream.get_raw_message(1).await.unwrap();
    let mut payload = piece.payload.to_vec();
    payload[100] ^= 1;

    // All pieces but with one bit changed in the first.
    let rest = [stream.get_raw_message(2).await.unwrap(), stream.get_raw_message(3).await.unwrap()];
    stream.purge().filter(piece.subject.as_str()).await.unwrap();
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let pieces = [payload.into(), rest[0].payload.clone(), rest[1].payload.clone()];
    let wanted = if rest[1].subject == piece.subject { 3 } else { 2 };
    for payload in pieces.into_iter().take(wanted) {
        context.publish(piece.subject.clone(), payload).await.unwrap().await.unwrap();
    }

    let error = in_time(nats.load_snapshot(&app())).await.unwrap_err();
    assert!(matches!(error, SnapshotError::Damaged { .. }), "{error:?}");
    nats.save_snapshot(&app(), meta(), b"[]".to_vec()).await.unwrap();
    assert_eq!(nats.load_snapshot(&app()).await.unwrap(), Some((meta(), b"[]".to_vec())));
}

#[tokio::test]
async fn a_cut_upload_leaves_the_former_snapshot_and_is_swept_away_later() {
    let (server, nats) = with_snapshot().await;
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    // What a writer leaves that died before the last message of its upload.
    let orphan = "$O.matinee_snapshot_shop.C.orphan";
    for _ in 0..3 {
        context.publish(orphan, "x".into()).await.unwrap().await.unwrap();
    }

    let loaded = nats.load_snapshot(&app()).await.unwrap();
    assert!(loaded == Some((meta(), noise(600_000))));
    nats.save_snapshot(&app(), meta(), b"[]".to_vec()).await.unwrap();

    let stored = stream(&server).await.info_with_subjects("$O.matinee_snapshot_shop.C.>").await;
    let subjects: Vec<_> = stored.unwrap().map(|subject| subject.unwrap().0).collect().await;
    assert_eq!(subjects.len(), 1, "{subjects:?}");
    assert_ne!(subjects[0], orphan);
}

#[tokio::test]
async fn a_snapshot_above_the_limit_is_neither_written_nor_read() {
    let (server, large) = with_snapshot().await;
    let config = NatsConfig { snapshot_bytes_max: 500_000, ..server.config() };
    let small = Nats::connect(&config).await.unwrap();

    let written = small.save_snapshot(&app(), meta(), vec![b'x'; 500_001]).await;
    assert!(matches!(written, Err(SnapshotError::TooLarge { .. })), "{written:?}");
    let read = small.load_snapshot(&app()).await;
    assert!(matches!(read, Err(SnapshotError::TooLarge { .. })), "{read:?}");
    // Small when packed, too large when unpacked.
    large.save_snapshot(&app(), meta(), vec![b'x'; 600_000]).await.unwrap();
    let read = small.load_snapshot(&app()).await;
    assert!(matches!(read, Err(SnapshotError::TooLarge { .. })), "{read:?}");
}

#[tokio::test]
async fn a_deleted_snapshot_is_missing() {
    let (_server, nats) = with_snapshot().await;

    nats.delete_snapshots(&app()).await.unwrap();
    nats.delete_snapshots(&app()).await.unwrap();

    assert_eq!(nats.load_snapshot(&app()).await.unwrap(), None);
}

fn meta() -> SnapshotMeta {
    SnapshotMeta { schema: 1, log_seq: LogSeq(10) }
}

/// A server whose app has a snapshot of three pieces.
async fn with_snapshot() -> (TestServer, Nats) {
    let server = TestServer::start().await;
    let nats = Nats::connect(&server.config()).await.unwrap();
    nats.save_snapshot(&app(), meta(), noise(600_000)).await.unwrap();
    (server, nats)
}

async fn stream(server: &TestServer) -> Stream {
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    context.get_stream(STREAM).await.unwrap()
}

/// Bytes that do not compress (xorshift).
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    })
    .take(bytes)
    .collect()
}
