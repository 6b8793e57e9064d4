//! How a stream ends: told why, and resumable.

use std::time::{Duration, Instant};

use domain::actor::Role;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use crate::harness::sse::{Parser, item_seqs};
use crate::harness::{World, message};

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    let token = world.token_for(Role::Viewer, 2);
    let begun = Instant::now();
    let stream = world.stream_with(&room, &token, Some("1")).await;
    let mut ws = world.ws_with(&room, "", &token).await;

    let events = stream.rest().await;
    let bye = json!({ "type": "bye", "reason": "token_expired", "room_seq": 2 });
    assert_eq!(events.last().unwrap().json(), bye);
    assert_eq!(item_seqs(&events), [2]);
    assert_eq!(ws.close().await, (4001, "token_expired".to_owned()));
    let lasted = begun.elapsed();
    assert!(lasted < Duration::from_secs(4), "{lasted:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_token_in_the_leeway_of_the_clocks_opens_no_stream() {
    let world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    let token = world.token_for(Role::Viewer, -5);
    for (path, status) in [("rooms/room-1", 200), ("rooms/room-1/stream", 401)] {
        let request = world.http.get(world.url(path)).bearer_auth(&token);
        assert_eq!(request.send().await.unwrap().status(), status, "{path}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_busy_stream_ends_with_its_token_too() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut stream = world.stream_with(&room, &world.token_for(Role::Viewer, 1), None).await;
    let reading = async {
        while let Some(event) = stream.next().await {
            if event.kind() == "bye" {
                return event.json()["reason"].clone();
            }
        }
        json!(null)
    };
    let writing = async {
        loop {
            world.say(&room, "x").await;
        }
    };
    let reason = tokio::select! {
        reason = reading => reason,
        () = writing => unreachable!(),
    };
    assert_eq!(reason, "token_expired");
    world.stop().await;
}

#[tokio::test]
async fn a_shutdown_ends_every_stream_and_says_so() {
    let world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = world.stream(&room, None).await;
        stream.next().await.unwrap();
        streams.push(stream);
    }
    let mut ws = world.ws(&room, "").await;
    ws.json().await;

    let begun = Instant::now();
    world.tasks.shut_down();
    for stream in streams {
        let events = stream.rest().await;
        assert_eq!(events.len(), 1);
        let bye = events[0].json();
        assert_eq!((&bye["reason"], &bye["room_seq"]), (&json!("shutdown"), &json!(2)));
    }
    assert_eq!(ws.json().await["reason"], "shutdown");
    assert_eq!(ws.close().await, (1001, "shutdown".to_owned()));
    world.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// A reader who takes nothing while the room says more than the sockets and the ring hold.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_is_told_and_can_resume() {
    let world = World::start_with(|config| config.hub.ring_items_max = 50).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut socket = socket.connect(world.running.addr).await.unwrap();
    let (path, token) = (format!("/v1/apps/shop/rooms/{room}/stream"), world.token());
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }

    let long = "x".repeat(12_000);
    let mut last = 1;
    for _ in 0..25 {
        let events = world.append(Some(&room), vec![message(&long); 40]).await;
        last += events.len() as u64;
        world.project(&events).await;
        world.caught_up(&room).await;
    }

    // The answer ends with the connection.
    let (mut parser, mut rest) = (Parser::default(), Vec::new());
    socket.read_to_end(&mut rest).await.unwrap();
    parser.push(&rest);
    let events = parser.drain();
    let seqs = item_seqs(&events);
    assert_eq!(seqs, (2..2 + seqs.len() as u64).collect::<Vec<_>>());
    let bye = events.last().unwrap().json();
    let reached = *seqs.last().unwrap();
    assert_eq!(bye, json!({ "type": "bye", "reason": "too_slow", "room_seq": reached }));
    assert!(reached < last, "the reader was not slow enough");

    let resumed = world.stream(&room, Some(reached)).await.until(last).await;
    assert_eq!(item_seqs(&resumed), (reached + 1..=last).collect::<Vec<_>>());
    world.stop().await;
}
