//! A past show, streamed with its own timing.

use std::time::{Duration, Instant};

use domain::actor::Role;
use domain::event::EventData;
use domain::ids::RoomId;
use domain::room::recall_message::MessageRecalled;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::harness::sse::{Sse, SseEvent, item_seqs};
use crate::harness::ws::Ws;
use crate::harness::{LIMIT, World, message};

/// A room at 6: its beginning, and messages that come two and two, `gap_ms` apart.
async fn show(world: &World, gap_ms: i64) -> RoomId {
    let room = world.room("room-1", 1).await;
    for _ in 0..2 {
        world.pass(gap_ms);
        let events = world.append(Some(&room), vec![message("x"); 2]).await;
        world.project(&events).await;
    }
    world.caught_up(&room).await;
    room
}

impl World {
    async fn replay_ws(&self, room: &RoomId, query: &str, token: &str) -> Ws {
        self.ws_to(&format!("rooms/{room}/replay/ws{query}"), token).await
    }

    async fn replay(&self, room: &RoomId, query: &str, last_id: Option<u64>) -> Sse {
        let path = format!("rooms/{room}/replay{query}");
        self.sse(&path, &self.token(), last_id.map(|id| id.to_string()).as_deref()).await
    }
}

/// The ends of a replay that were checked, and its items.
fn items(mut events: Vec<SseEvent>, after: u64) -> Vec<u64> {
    let (first, last) = (events.remove(0).json(), events.pop().unwrap().json());
    assert_eq!((&first["type"], &first["room_seq"]), (&json!("resumed"), &json!(after)));
    assert_eq!((&last["type"], &last["reason"]), (&json!("bye"), &json!("end")));
    let items = item_seqs(&events);
    assert_eq!(last["room_seq"], json!(items.last().copied().unwrap_or(after)));
    items
}

#[tokio::test]
async fn a_replay_takes_as_long_as_the_show_took() {
    let world = World::start_with(|config| config.hub.ring_items_max = 1).await;
    let room = show(&world, 300).await;
    for (query, at_least_ms) in [("", 600), ("?speed=2", 300), ("?speed=0.75", 800)] {
        let began = Instant::now();
        let events = world.replay(&room, query, None).await.rest().await;
        assert!(Duration::from_millis(at_least_ms) <= began.elapsed(), "{query}");
        assert_eq!(items(events, 0), [1, 2, 3, 4, 5, 6]);
    }
    world.stop().await;
}

#[tokio::test]
async fn a_silence_is_shortened_and_a_replay_goes_on_where_it_was_cut() {
    let world = World::start_with(|config| config.replay.gap_max_ms = 200).await;
    let room = show(&world, 3_600_000).await;
    let began = Instant::now();
    assert_eq!(items(world.replay(&room, "", None).await.rest().await, 0), [1, 2, 3, 4, 5, 6]);
    assert!(Duration::from_millis(400) <= began.elapsed());

    assert_eq!(items(world.replay(&room, "?from_seq=3", None).await.rest().await, 2), [3, 4, 5, 6]);
    let cut = world.replay(&room, "?from_seq=3&speed=1", None).await.until(4).await;
    assert_eq!(item_seqs(&cut[1..]), [3, 4]);
    let rest = world.replay(&room, "?from_seq=3&speed=1", Some(4)).await.rest().await;
    assert_eq!(items(rest, 4), [5, 6]);
    // It has the end, and asks once more.
    assert_eq!(items(world.replay(&room, "", Some(6)).await.rest().await, 6), [0; 0]);
    world.stop().await;
}

#[tokio::test]
async fn a_message_that_is_recalled_while_a_replay_runs_does_not_come() {
    let world = World::start_with(|config| {
        config.replay.gap_max_ms = 60_000;
        config.hub.heartbeat_ms = 20;
    })
    .await;
    let room = show(&world, 700).await;
    let mut replay = world.replay(&room, "", None).await;
    assert_eq!(item_seqs(&replay.until(2).await[1..]), [1, 2]);
    let recalled = MessageRecalled { room_seq: 5, user_id: None };
    world.append(Some(&room), vec![EventData::MessageRecalled(recalled)]).await;
    world.caught_up(&room).await;
    let (rest, comments) = replay.rest_with_comments().await;
    // The recall itself is after the end that the room had.
    assert_eq!(item_seqs(&rest[..4]), [3, 4, 5, 6]);
    assert_eq!((&rest[2].json()["recalled"], &rest[2].json()["data"]), (&json!(true), &json!({})));
    assert_eq!(rest[4].kind(), "bye");
    assert!(0 < comments, "heartbeats in the silence");
    world.stop().await;
}

#[tokio::test]
async fn what_is_out_of_range_is_refused_and_places_are_limited() {
    let world = World::start_with(|config| {
        config.replay.replays_max = 3;
        config.replay.speed_max = 4;
    })
    .await;
    let room = show(&world, 20_000).await;
    for (query, status, code) in [
        ("?speed=4.001", 400, "invalid_query"),
        ("?speed=0.099", 400, "invalid_query"),
        ("?speed=fast", 400, "invalid_query"),
        ("?from_seq=8", 400, "invalid_query"),
        ("?last_event_id=x", 400, "invalid_last_event_id"),
    ] {
        let (answer, problem) = world.get(&format!("rooms/{room}/replay{query}")).await;
        assert_eq!((answer, &problem["type"]), (status, &json!(format!("/problems/{code}"))));
    }
    assert_eq!(world.get("rooms/elsewhere/replay").await.0, 404);
    let none = world.replay(&room, "?from_seq=7", None).await.rest().await;
    assert_eq!(items(none, 6), [0; 0]);
    let mut open = Vec::new();
    for query in ["?speed=4", "?speed=0.1", "?from_seq=0"] {
        open.push(world.replay(&room, query, None).await);
    }
    let path = format!("rooms/{room}/replay?from_seq=7");
    let (status, problem) = world.get(&path).await;
    assert_eq!((status, &problem["type"]), (503, &json!("/problems/too_many_replays")));
    assert_eq!(problem["retry_after_s"], 10);
    drop(open.pop());
    let freed = async {
        let ask = || world.http.get(world.url(&path)).bearer_auth(world.token()).send();
        while ask().await.unwrap().status() != 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, freed).await.unwrap();
    world.stop().await;
}

#[tokio::test]
async fn over_websocket_it_brings_the_same_and_is_closed_at_its_end() {
    let world = World::start_with(|config| config.hub.ring_items_max = 1).await;
    let room = show(&world, 400).await;
    let began = Instant::now();
    let mut replay = world.replay_ws(&room, "?from_seq=2&speed=2", &world.token()).await;
    let mut frames: Vec<Value> = Vec::new();
    while frames.last().is_none_or(|frame| frame["type"] != "bye") {
        frames.push(replay.json().await);
    }
    assert!(Duration::from_millis(400) <= began.elapsed());
    let over_sse = world.replay(&room, "?from_seq=2&speed=100", None).await.rest().await;
    assert_eq!(frames, over_sse.iter().map(SseEvent::json).collect::<Vec<_>>());
    assert_eq!(items(over_sse, 1), [2, 3, 4, 5, 6]);
    assert_eq!(replay.close().await, (1000, "end".to_owned()));

    let mut rest = world.replay_ws(&room, "?speed=9&last_event_id=5", &world.token()).await;
    assert_eq!(rest.json().await["room_seq"], 5);
    assert_eq!(rest.json().await["room_seq"], 6);
    assert_eq!(rest.close().await.0, 1000);
    world.stop().await;
}

#[tokio::test]
async fn over_websocket_its_token_is_renewed_and_its_client_is_limited() {
    let world = World::start_with(|config| {
        config.replay.gap_max_ms = 60_000;
        config.websocket.token_warning_ms = 1_000;
        config.websocket.inbound_frames_per_s_max = 5;
    })
    .await;
    let room = show(&world, 60_000).await;
    let mut replay = world.replay_ws(&room, "?from_seq=2", &world.token_for(Role::Viewer, 3)).await;
    for (kind, room_seq) in [("resumed", 1), ("message_sent", 2)] {
        let frame = replay.json().await;
        assert_eq!((&frame["type"], &frame["room_seq"]), (&json!(kind), &json!(room_seq)));
    }
    let warning = replay.json().await;
    assert_eq!(warning["type"], "token_expires");
    let refresh =
        json!({ "type": "refresh", "id": "r", "token": world.token_for(Role::Viewer, 5) });
    replay.send(Message::text(refresh.to_string())).await.unwrap();
    let answer = replay.json().await;
    assert_eq!((&answer["id"], &answer["body"]["outcome"]), (&json!("r"), &json!("refreshed")));
    let again = replay.json().await;
    assert_eq!(again["type"], "token_expires");
    assert!(warning["expires_at"].as_u64() < again["expires_at"].as_u64());
    let bye = replay.json().await;
    assert_eq!((&bye["reason"], &bye["room_seq"]), (&json!("token_expired"), &json!(2)));
    assert_eq!(replay.close().await, (4001, "token_expired".to_owned()));

    let mut flood = world.replay_ws(&room, "", &world.token()).await;
    for _ in 0..6 {
        flood.send(Message::text("x")).await.unwrap();
    }
    assert_eq!(flood.close().await, (1008, "too_many_frames".to_owned()));
    assert_eq!(world.get(&format!("rooms/{room}/replay/ws")).await.0, 426);
    world.stop().await;
}
