//! One writer at a time, and no doubt that lasts.

use domain::codec;
use domain::ids::LogSeq;
use nats::testing::Proxy;
use nats::{AppendError, Nats, Settlement, StoredCommit};

use crate::commits::{app, append_many, append_one, commit, empty_log, impatient, in_time};

#[tokio::test]
async fn appends_are_dense_and_the_end_can_be_read() {
    let (_server, _nats, log) = empty_log().await;
    assert_eq!(log.last().await.unwrap(), None);
    assert_eq!(log.last_seq().await.unwrap(), LogSeq(0));

    let (first, _) = append_one(&log, LogSeq(0)).await;
    let (second, commit) = append_one(&log, first).await;

    assert_eq!((first, second), (LogSeq(1), LogSeq(2)));
    let stored = StoredCommit { seq: second, commit_id: commit.id };
    assert_eq!(log.last().await.unwrap(), Some(stored));
    assert_eq!(log.at(second).await.unwrap(), Some(stored));
    assert_eq!(log.at(LogSeq(3)).await.unwrap(), None);
    assert_eq!(log.last_seq().await.unwrap(), second);
}

#[tokio::test]
async fn of_two_racing_writers_exactly_one_wins_each_of_200_races() {
    let (server, _nats, log) = empty_log().await;
    let other = Nats::connect(&server.config()).await.unwrap().open_log(&app()).await.unwrap();
    let mut last = LogSeq(0);

    for _ in 0..200 {
        let (mine, theirs) = (commit(1), commit(2));
        let (my_answer, their_answer) = tokio::join!(
            log.append(mine.id, codec::encode(&mine), last),
            other.append(theirs.id, codec::encode(&theirs), last),
        );
        let winner = match (my_answer, their_answer) {
            (Ok(seq), Err(AppendError::Fenced { .. })) => (seq, mine.id),
            (Err(AppendError::Fenced { .. }), Ok(seq)) => (seq, theirs.id),
            other => unreachable!("{other:?}"),
        };
        assert_eq!(winner.0, last.next());
        let stored = log.last().await.unwrap().unwrap();
        assert_eq!((stored.seq, stored.commit_id), winner);
        last = winner.0;
    }
}

#[tokio::test]
async fn a_lost_acknowledgement_leaves_doubt_and_the_log_ends_it() {
    let (server, _nats, _log) = empty_log().await;
    let proxy = Proxy::start(server.port()).await;
    let nats = Nats::connect(&impatient(proxy.url())).await.unwrap();
    let log = nats.open_log(&app()).await.unwrap();
    let (last, _) = append_one(&log, LogSeq(0)).await;
    let unheard = commit(3);

    proxy.swallow_answers();
    let answer = log.append(unheard.id, codec::encode(&unheard), last).await;
    assert!(matches!(answer, Err(AppendError::Unknown { .. })), "{answer:?}");
    proxy.heal();

    let stored = in_time(async {
        loop {
            if let Ok(stored) = log.last().await {
                return stored.unwrap();
            }
        }
    });
    assert_eq!(stored.await, StoredCommit { seq: last.next(), commit_id: unheard.id });
    let settled = in_time(log.settle(unheard.id, codec::encode(&unheard).into(), last)).await;
    assert_eq!(settled, Settlement::Stored(last.next()));
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_stored_when_it_is_settled() {
    let (server, _nats, _log) = empty_log().await;
    let proxy = Proxy::start(server.port()).await;
    let nats = Nats::connect(&impatient(proxy.url())).await.unwrap();
    let log = nats.open_log(&app()).await.unwrap();
    let lost = commit(1);

    proxy.cut();
    let answer = log.append(lost.id, codec::encode(&lost), LogSeq(0)).await;
    assert!(matches!(answer, Err(AppendError::Unknown { .. })), "{answer:?}");
    proxy.heal();

    let settled = in_time(log.settle(lost.id, codec::encode(&lost).into(), LogSeq(0))).await;
    assert_eq!(settled, Settlement::Stored(LogSeq(1)));
    assert_eq!(log.last_seq().await.unwrap(), LogSeq(1));
}

#[tokio::test]
async fn a_commit_whose_place_is_taken_settles_as_not_stored() {
    let (_server, _nats, log) = empty_log().await;
    append_many(&log, LogSeq(0), 3).await;
    let late = commit(1);

    let settled = in_time(log.settle(late.id, codec::encode(&late).into(), LogSeq(1))).await;

    assert_eq!(settled, Settlement::NotStored);
    assert_eq!(log.last_seq().await.unwrap(), LogSeq(3));
}

#[tokio::test]
async fn a_stored_commit_settles_as_stored_though_others_followed() {
    let (_server, _nats, log) = empty_log().await;
    let (first, commit) = append_one(&log, LogSeq(0)).await;
    append_many(&log, first, 2).await;

    let settled = in_time(log.settle(commit.id, codec::encode(&commit).into(), LogSeq(0))).await;

    assert_eq!(settled, Settlement::Stored(first));
    assert_eq!(log.last_seq().await.unwrap(), LogSeq(3));
}

#[tokio::test]
async fn a_paused_server_leaves_doubt_and_a_killed_one_too() {
    let (mut server, _nats, _log) = empty_log().await;
    let nats = Nats::connect(&impatient(server.url())).await.unwrap();
    let log = nats.open_log(&app()).await.unwrap();
    let (first, second) = (commit(1), commit(1));

    server.pause();
    let answer = log.append(first.id, codec::encode(&first), LogSeq(0)).await;
    assert!(matches!(answer, Err(AppendError::Unknown { .. })), "{answer:?}");
    server.resume();
    let settled = in_time(log.settle(first.id, codec::encode(&first).into(), LogSeq(0))).await;
    assert_eq!(settled, Settlement::Stored(LogSeq(1)));

    server.kill9();
    let answer = log.append(second.id, codec::encode(&second), LogSeq(1)).await;
    assert!(matches!(answer, Err(AppendError::Unknown { .. })), "{answer:?}");
    server.restart().await;
    let settled = in_time(log.settle(second.id, codec::encode(&second).into(), LogSeq(1))).await;
    assert_eq!(settled, Settlement::Stored(LogSeq(2)));
}

#[tokio::test]
async fn a_commit_of_512_kib_fits_and_one_above_the_servers_limit_is_not_sent() {
    let (_server, _nats, log) = empty_log().await;
    let limit = (1 << 20) - 128;

    let seq = log.append(commit(0).id, vec![b'x'; 512 << 10], LogSeq(0)).await.unwrap();
    let seq = log.append(commit(0).id, vec![b'x'; limit], seq).await.unwrap();
    let answer = log.append(commit(0).id, vec![b'x'; limit + 1], seq).await;

    let too_large = AppendError::TooLarge { bytes: limit + 1, bytes_max: limit };
    assert_eq!(answer.unwrap_err().to_string(), too_large.to_string());
    assert_eq!(log.last_seq().await.unwrap(), seq);
}
