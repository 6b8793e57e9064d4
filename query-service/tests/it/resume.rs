//! Where a stream goes on after the last id that a client has.

use domain::event::Event;
use query_service::QueryConfig;
use serde_json::json;

use crate::harness::sse::{SseEvent, item_seqs};
use crate::harness::{World, message};

fn first(events: &[SseEvent]) -> (String, u64) {
    (events[0].kind(), events[0].room_seq())
}

#[tokio::test]
async fn a_client_that_missed_little_is_served_from_memory() {
    let world = World::start().await;
    let room = world.room("room-1", 9).await;
    world.caught_up(&room).await;
    world.sql("DELETE FROM matinee.room_feed").await;

    let events = world.stream(&room, Some(4)).await.until(10).await;
    assert_eq!(first(&events), ("resumed".to_owned(), 4));
    assert_eq!(events[0].id, "");
    assert_eq!(item_seqs(&events), [5, 6, 7, 8, 9, 10]);

    let events = world.stream(&room, Some(0)).await.until(10).await;
    assert_eq!(item_seqs(&events).len(), 10);

    let mut stream = world.stream(&room, Some(10)).await;
    assert_eq!(first(&[stream.next().await.unwrap()]), ("resumed".to_owned(), 10));
    world.say(&room, "next").await;
    assert_eq!(item_seqs(&stream.until(11).await), [11]);
    world.stop().await;
}

#[tokio::test]
async fn a_client_that_missed_more_is_served_from_postgres_up_to_the_ring() {
    let world = World::start_with(|config| {
        config.hub.ring_items_max = 8;
        config.hub.resume_page_items = 7;
    })
    .await;
    let room = world.room("room-1", 99).await;
    world.caught_up(&room).await;

    let mut stream = world.stream(&room, Some(2)).await;
    let events = stream.until(100).await;
    assert_eq!(first(&events), ("resumed".to_owned(), 2));
    assert_eq!(item_seqs(&events), (3..=100).collect::<Vec<_>>());
    world.say(&room, "and live").await;
    assert_eq!(item_seqs(&stream.until(101).await), [101]);
    world.stop().await;
}

#[tokio::test]
async fn items_read_from_postgres_are_those_that_were_pushed_byte_for_byte() {
    let world = World::start_with(|config| config.hub.ring_items_max = 1).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut live = world.stream(&room, Some(1)).await;
    assert_eq!(live.next().await.unwrap().kind(), "resumed");
    let mut pushed = Vec::new();
    for text in ["\u{1f469}\u{200d}\u{1f680}", "\"\\\u{7f}\r\n", "\u{feff}ﷺ"] {
        let events: Vec<Event> = world.say(&room, text).await;
        world.project(&events).await;
        pushed.push(live.next().await.unwrap());
    }

    let mut resumed = world.stream(&room, Some(1)).await.until(4).await;
    assert_eq!(resumed.split_off(1), pushed);
    world.stop().await;
}

#[tokio::test]
async fn the_projector_may_be_a_moment_behind() {
    let world = World::start_with(|config| {
        config.hub.ring_items_max = 1;
        config.hub.resume_attempts = 100;
        config.hub.resume_retry_ms = 20;
    })
    .await;
    let room = world.room("room-1", 0).await;
    let events = world.append(Some(&room), vec![message("x"); 5]).await;
    world.caught_up(&room).await;

    let (stream, ()) =
        tokio::join!(async { world.stream(&room, Some(1)).await.until(6).await }, async {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            world.project(&events).await;
        });
    assert_eq!(first(&stream), ("resumed".to_owned(), 1));
    assert_eq!(item_seqs(&stream), [2, 3, 4, 5, 6]);
    world.stop().await;
}

#[tokio::test]
async fn a_client_that_missed_too_much_gets_the_room_as_it_is() {
    let world = World::start_with(|config| {
        config.hub.ring_items_max = 2;
        config.hub.resume_items_max = 10;
    })
    .await;
    let room = world.room("room-1", 19).await;
    world.caught_up(&room).await;

    let mut stream = world.stream(&room, Some(9)).await;
    let too_old = stream.next().await.unwrap();
    assert_eq!(too_old.json(), json!({ "type": "too_old", "room_seq": 9, "missed": 11 }));
    assert_eq!(too_old.id, "");
    let snapshot = stream.next().await.unwrap().json();
    assert_eq!((&snapshot["type"], &snapshot["reason"]), (&json!("snapshot"), &json!("too_old")));
    assert_eq!(snapshot["room_seq"], 20);
    let events = world.stream(&room, Some(10)).await.until(20).await;
    assert_eq!(item_seqs(&events), (11..=20).collect::<Vec<_>>());

    let mut ahead = world.stream(&room, Some(21)).await;
    let snapshot = ahead.next().await.unwrap().json();
    assert_eq!((&snapshot["type"], &snapshot["reason"]), (&json!("snapshot"), &json!("ahead")));
    world.say(&room, "next").await;
    assert_eq!(item_seqs(&ahead.until(21).await), [21]);
    world.stop().await;
}

#[tokio::test]
async fn what_postgres_does_not_have_is_read_from_the_log() {
    let world = World::start_with(|config| {
        config.hub.ring_items_max = 2;
        config.hub.resume_page_items = 7;
        config.hub.resume_attempts = 1;
    })
    .await;
    let room = world.room("room-1", 19).await;
    let other = world.room("room-2", 9).await;
    for n in 0..20 {
        world.say(&room, &format!("late {n}")).await;
        world.say(&other, "elsewhere").await;
    }
    world.caught_up(&room).await;
    world.sql("DELETE FROM matinee.room_feed WHERE room_id = 'room-1' AND room_seq = 10").await;

    let events = world.stream(&room, Some(5)).await.until(40).await;
    assert_eq!(first(&events), ("resumed".to_owned(), 5));
    assert_eq!(item_seqs(&events), (6..=40).collect::<Vec<_>>());
    let (_, page) = world.get("rooms/room-1/feed?after=5&limit=4").await;
    let pushed: Vec<_> = events[1..5].iter().map(SseEvent::json).collect();
    assert_eq!(page["items"], json!(pushed), "the same items from the log and from Postgres");
    world.stop().await;
}

#[tokio::test]
async fn the_log_is_looked_through_only_so_far_back() {
    let far = async |commits_max| {
        let world = World::start_with(|config| {
            config.hub.ring_items_max = 1;
            config.hub.resume_attempts = 1;
            config.history.log_commits_max = commits_max;
        })
        .await;
        let room = world.room("room-1", 0).await;
        for _ in 0..10 {
            world.say(&room, "x").await;
        }
        world.caught_up(&room).await;
        world.sql("DELETE FROM matinee.room_feed").await;
        let event = world.stream(&room, Some(3)).await.next().await.unwrap();
        world.stop().await;
        (event.kind(), event.json()["reason"].clone())
    };
    // The room is the whole log, and its first event is eleven commits back.
    assert_eq!(far(11).await, ("resumed".to_owned(), json!(null)));
    assert_eq!(far(10).await, ("snapshot".to_owned(), json!("history_unavailable")));
    assert_eq!(far(0).await, ("snapshot".to_owned(), json!("history_unavailable")));
}

#[tokio::test]
async fn the_history_may_break_off_and_the_client_is_told() {
    let world = World::start_with(|config| {
        config.hub.ring_items_max = 2;
        config.hub.resume_attempts = 1;
        config.history.log_commits_max = 0;
    })
    .await;
    let room = world.room("room-1", 19).await;
    world.sql("DELETE FROM matinee.room_feed WHERE room_seq = 10").await;
    world.caught_up(&room).await;

    let events = world.stream(&room, Some(5)).await.until(20).await;
    assert_eq!(first(&events), ("resumed".to_owned(), 5));
    assert_eq!(item_seqs(&events), [6, 7, 8, 9]);
    let last = events.last().unwrap();
    assert_eq!((last.kind().as_str(), last.id.as_str()), ("snapshot", "20"));
    assert_eq!(last.json()["reason"], "history_unavailable");
    world.stop().await;
}

#[tokio::test]
async fn an_id_that_is_no_number_is_refused() {
    let world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    for query in ["?last_event_id=x", "?last_event_id=-1", "?last_event_id=1.0"] {
        let (status, problem) = world.get(&format!("rooms/{room}/stream{query}")).await;
        let expected = (400, &json!("/problems/invalid_last_event_id"));
        assert_eq!((status, &problem["type"]), expected, "{query}");
    }
    for header in ["x", "1 2", "\u{e9}"] {
        let url = world.url(&format!("rooms/{room}/stream?last_event_id=1"));
        let request = world.http.get(url).bearer_auth(world.token());
        let response = request.header("Last-Event-ID", header).send().await.unwrap();
        assert_eq!(response.status(), 400, "{header}");
    }
    let (status, problem) = world.get(&format!("rooms/{room}/stream?lastEventId=1")).await;
    assert_eq!((status, &problem["type"]), (400, &json!("/problems/invalid_query")));

    // The header of a browser that reconnects is newer than its address.
    let url = world.url(&format!("rooms/{room}/stream?last_event_id=0"));
    let request = world.http.get(url).bearer_auth(world.token()).header("Last-Event-ID", "2");
    let mut response = request.send().await.unwrap();
    let chunk = response.chunk().await.unwrap().unwrap();
    let resumed = "data: {\"type\":\"resumed\",\"room_seq\":2,\"catalogue_version\":0,\"broadcast_seq\":0}\n\n";
    assert_eq!(chunk, resumed);
    world.stop().await;
}

#[tokio::test]
async fn a_restarted_service_resumes_what_another_has_begun() {
    let mut world = World::start().await;
    let room = world.room("room-1", 3).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, None).await;
    assert_eq!(stream.next().await.unwrap().id, "4");

    let other_service = QueryConfig::default();
    world.restart(other_service).await;
    let bye = stream.next().await.unwrap();
    assert_eq!((bye.kind(), bye.room_seq()), ("bye".to_owned(), 4));
    world.say(&room, "while away").await;

    let events = world.stream(&room, Some(4)).await.until(5).await;
    assert_eq!(first(&events), ("resumed".to_owned(), 4));
    assert_eq!(item_seqs(&events), [5]);
    world.stop().await;
}
