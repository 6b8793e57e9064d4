//! A snapshot at n plus the stream after n never misses or repeats an item.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::harness::sse::item_seqs;
use crate::harness::{World, message};

#[tokio::test]
async fn a_newcomer_gets_the_room_and_then_every_item() {
    let world = World::start().await;
    let room = world.room("room-1", 2).await;
    world.caught_up(&room).await;

    let mut stream = world.stream(&room, None).await;
    world.say(&room, "hello").await;
    world.append(Some(&room), vec![message("a"), message("b")]).await;

    let events = stream.until(6).await;
    let snapshot = events[0].json();
    assert_eq!(events[0].id, "3");
    assert_eq!(snapshot["type"], "snapshot");
    assert_eq!(snapshot["reason"], "fresh");
    assert_eq!(snapshot["room"]["room_seq"], 3);
    assert_eq!(snapshot["room"]["totals"]["messages"], 2);
    assert_eq!(item_seqs(&events), [4, 5, 6]);
    assert_eq!(events[1].json()["data"], json!({ "text": "hello" }));
    assert!(stream.is_silent().await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_while_others_write_misses_and_repeats_nothing() {
    let world = Arc::new(World::start().await);
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let done = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (world, room, done) = (world.clone(), room.clone(), done.clone());
        async move {
            while !done.load(Ordering::Relaxed) {
                world.append(Some(&room), vec![message("x"); 3]).await;
            }
        }
    });

    for round in 0..30 {
        let path = format!("rooms/{room}?recent=5");
        let (_, snapshot) = world.get(&path).await;
        let n = snapshot["room_seq"].as_u64().unwrap();
        let recent = snapshot["recent"].as_array().unwrap();
        let recent: Vec<u64> =
            recent.iter().map(|item| item["room_seq"].as_u64().unwrap()).collect();
        let expected: Vec<u64> = (n.saturating_sub(4).max(1)..=n).collect();
        assert_eq!(recent, expected, "round {round}");

        // Resumed after the snapshot of the other route, or begun with one of its own.
        let last_id = (round % 2 == 0).then_some(n);
        let mut stream = world.stream(&room, last_id).await;
        let first = stream.next().await.unwrap();
        let begin = first.room_seq();
        let events = stream.until(begin + 20).await;
        let expected: Vec<u64> = (begin + 1..begin + 1 + events.len() as u64).collect();
        assert_eq!(item_seqs(&events), expected, "round {round}");
        match last_id {
            Some(n) => assert_eq!((first.kind().as_str(), begin), ("resumed", n)),
            None => assert_eq!(first.kind(), "snapshot"),
        }
    }
    done.store(true, Ordering::Relaxed);
    writer.await.unwrap();
}

#[tokio::test]
async fn sse_and_websocket_give_the_same_json() {
    let world = World::start().await;
    let room = world.room("room-1", 5).await;
    world.caught_up(&room).await;

    for last_id in [None, Some(2)] {
        let mut stream = world.stream(&room, last_id).await;
        let query = last_id.map_or_else(String::new, |id| format!("?last_event_id={id}"));
        let mut ws = world.ws(&room, &query).await;
        assert_eq!(ws.protocol.as_deref(), Some("matinee.v1"));
        let next = world.say(&room, "<b>笑死</b> \u{2028}").await;
        let domain::event::Scope::Room { room_seq, .. } = next[0].scope else { unreachable!() };

        for event in stream.until(room_seq).await {
            assert_eq!(event.data, ws.text().await);
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn a_silent_stream_shows_that_it_lives() {
    let world = World::start_with(|config| config.hub.heartbeat_ms = 20).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, None).await;
    stream.next().await.unwrap();

    while stream.parser.comments < 3 {
        assert!(stream.is_silent().await);
    }
    world.stop().await;
}

#[tokio::test]
async fn a_room_that_does_not_exist_has_no_stream() {
    let world = World::start().await;
    let (status, problem) = world.get("rooms/nowhere/stream").await;
    assert_eq!((status, &problem["type"]), (404, &json!("/problems/room_not_found")));
    world.stop().await;
}

/// One commit may hold many times what a ring holds.
#[tokio::test]
async fn a_large_batch_does_not_overtake_a_viewer_who_keeps_up() {
    let world = World::start_with(|config| config.hub.ring_items_max = 64).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, Some(1)).await;
    assert_eq!(stream.next().await.unwrap().kind(), "resumed");

    world.append(Some(&room), vec![message("x"); 1_000]).await;

    let events = stream.until(1_001).await;
    assert_eq!(item_seqs(&events), (2..=1_001).collect::<Vec<_>>());
    world.stop().await;
}
