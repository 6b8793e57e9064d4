//! What a busy room does to its streams: fewer frames, fewer writes, nothing missing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use domain::event::EventData;
use domain::room::join_room::RoomJoined;
use domain::room::leave_room::RoomLeft;
use domain::room::mute_all::MuteAllSet;
use domain::room::send_likes::LikesAdded;

use query_service::QueryConfig;
use tokio::task::JoinSet;

use crate::harness::sse::{SseEvent, item_seqs};
use crate::harness::{World, message};

fn likes(count: u64, total: u64) -> EventData {
    EventData::LikesAdded(LikesAdded { count, total, by: vec![] })
}

fn joined() -> EventData {
    EventData::RoomJoined(RoomJoined {})
}

#[tokio::test]
async fn likes_and_comings_of_one_moment_become_one_frame_that_says_what_it_covers() {
    let world = World::start_with(|config| config.hub.moves_per_window_max = 0).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, None).await;
    let mut ws = world.ws(&room, "").await;
    assert_eq!(stream.next().await.unwrap().kind(), "snapshot");
    assert_eq!(ws.json().await["type"], "snapshot");

    let moment = vec![likes(2, 2), joined(), likes(3, 5), joined(), joined(), message("hello")];
    world.append(Some(&room), moment).await;

    let merged = stream.next().await.unwrap();
    assert_eq!(merged.id, "6");
    let expected = serde_json::json!({
        "type": "merged", "from_seq": 2, "room_seq": 6,
        "counts": { "likes_added": 2, "room_joined": 3 },
        "likes": { "count": 5, "total": 5 },
        "joined": { "count": 3, "names": ["ann", "ann", "ann"] },
    });
    assert_eq!(merged.json(), expected);
    assert_eq!(stream.next().await.unwrap().room_seq(), 7);
    assert_eq!(ws.text().await, merged.data);
    // Nothing is lost to the ring: who asks later for a part of it gets that part.
    let mut late = world.stream(&room, Some(4)).await;
    let events = late.until(7).await;
    assert_eq!((events.len(), events[1].kind().as_str()), (3, "merged"));
    assert_eq!(events[1].json()["from_seq"], 5);
    world.stop().await;
}

#[tokio::test]
async fn comings_and_goings_are_merged_above_a_number_in_a_window_and_not_below() {
    let world = World::start_with(|config| {
        config.hub.moves_per_window_max = 3;
        config.hub.moves_window_ms = 2_000;
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, None).await;
    assert_eq!(stream.next().await.unwrap().kind(), "snapshot");
    let left = || EventData::RoomLeft(RoomLeft {});

    // As many as are shown one by one, one after the other and all at once; a window lies between.
    world.pass(60_000);
    world.append(Some(&room), vec![joined(), left(), joined()]).await;
    world.pass(60_000);
    let mut events = world.append(Some(&room), vec![joined(), left(), joined()]).await;
    // One more is a crowd; the message before the others does not wait for the window.
    events.extend(world.append(Some(&room), vec![joined(), left(), joined()]).await);
    events.extend(world.say(&room, "hello").await);
    let frames = stream.until(11).await;
    let shown: Vec<_> = frames.iter().map(|frame| (frame.kind(), frame.room_seq())).collect();
    let kinds = ["room_joined", "room_left", "room_joined"];
    let single = kinds.iter().cycle().zip(2..=7).map(|(kind, seq)| ((*kind).to_owned(), seq));
    let rest = [("merged".to_owned(), 10), ("message_sent".to_owned(), 11)];
    assert_eq!(shown, single.chain(rest).collect::<Vec<_>>());
    let merged = serde_json::json!({
        "type": "merged", "from_seq": 8, "room_seq": 10,
        "counts": { "room_joined": 2, "room_left": 1 },
        "joined": { "count": 2, "names": ["ann", "ann"] },
    });
    assert_eq!(frames[6].json(), merged);

    // While nothing else happens a crowd is told of once in a window: one frame, at its end.
    let start = Instant::now();
    for _ in 0..5 {
        events.extend(world.append(Some(&room), vec![joined()]).await);
    }
    let frames = stream.until(16).await;
    assert!(1_000 < start.elapsed().as_millis(), "{:?}", start.elapsed());
    assert_eq!((frames.len(), frames[0].json()["joined"]["count"].as_u64()), (1, Some(5)));

    // From memory the same frames come again, from wherever one goes on; from Postgres single items.
    for (after, count) in [(1, 9), (7, 3), (8, 3), (10, 2)] {
        let mut resumed = world.stream(&room, Some(after)).await;
        let frames = resumed.until(16).await;
        assert_eq!(frames.len() - 1, count, "after {after}");
        assert_dense(after, &frames[1..]);
    }
    world.project(&events).await;
    let mut config = QueryConfig::default();
    config.presence.exchange_ms = 0;
    config.hub.ring_items_max = 1;
    let mut world = world;
    world.restart(config).await;
    world.caught_up(&room).await;
    let mut resumed = world.stream(&room, Some(4)).await;
    let frames = resumed.until(16).await;
    assert_eq!(item_seqs(&frames), (5..=16).collect::<Vec<_>>());
    world.stop().await;
}

/// No hole and nothing twice, whatever is merged.
fn assert_dense(mut last: u64, frames: &[SseEvent]) {
    for frame in frames {
        let json = frame.json();
        let from = json["from_seq"].as_u64().unwrap_or_else(|| frame.room_seq());
        assert_eq!(from, last + 1, "{json}");
        last = frame.room_seq();
    }
}

#[tokio::test]
async fn a_room_with_many_listeners_ticks_but_what_is_urgent_does_not_wait() {
    let world = World::start_with(|config| {
        config.hub.tick_ms = 1_000;
        config.hub.tick_listeners_min = 2;
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, None).await;
    let _other = world.ws(&room, "").await;
    stream.next().await.unwrap();

    // The leading edge.
    world.say(&room, "first").await;
    stream.until(2).await;
    let start = Instant::now();
    world.say(&room, "waits").await;
    world.say(&room, "too").await;
    stream.until(4).await;
    assert!(500 < start.elapsed().as_millis(), "{:?}", start.elapsed());

    world.say(&room, "waits again").await;
    let start = Instant::now();
    world
        .append(Some(&room), vec![EventData::MuteAllSet(MuteAllSet { on: true, allow: [].into() })])
        .await;
    stream.until(6).await;
    assert!(start.elapsed().as_millis() < 500, "{:?}", start.elapsed());
    world.stop().await;
}

/// Everybody joins and leaves the audience all the time, on both transports, over two broadcasters.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audience_that_comes_and_goes_while_the_room_speaks_misses_and_repeats_nothing() {
    let world = Arc::new(World::start().await);
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let done = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (world, room, done) = (world.clone(), room.clone(), done.clone());
        async move {
            while !done.load(Ordering::Relaxed) {
                world.append(Some(&room), vec![message("x"); 2]).await;
            }
        }
    });

    let mut viewers = JoinSet::new();
    for viewer in 0..80_u64 {
        let (world, room) = (world.clone(), room.clone());
        viewers.spawn(async move {
            let mut last = 1;
            for round in 0..3 {
                let until = last + 3 + viewer % 7;
                if (viewer + round) % 2 == 0 {
                    let mut stream = world.stream(&room, Some(last)).await;
                    let seqs = item_seqs(&stream.until(until).await);
                    assert_eq!(seqs, (last + 1..=until).collect::<Vec<_>>());
                } else {
                    let mut ws = world.ws(&room, &format!("?last_event_id={last}")).await;
                    assert_eq!(ws.json().await["type"], "resumed");
                    for seq in last + 1..=until {
                        assert_eq!(ws.json().await["room_seq"], seq);
                    }
                }
                last = until;
            }
        });
    }
    while let Some(viewer) = viewers.join_next().await {
        viewer.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    writer.await.unwrap();
}
