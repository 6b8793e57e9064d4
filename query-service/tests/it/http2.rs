//! Streams over HTTP/2: many on one connection, none of which stands in the way of another.

use std::time::Duration;

use domain::actor::Role;
use domain::ids::RoomId;
use reqwest::{Client, Response};
use tokio::time::timeout;

use crate::harness::sse::{Parser, SseEvent, item_seqs};
use crate::harness::{LIMIT, World, message};

/// What HTTP/2 lets a server send before the client has read.
const WINDOW_BYTES: u32 = 65_535;

fn client() -> Client {
    Client::builder()
        .http2_prior_knowledge()
        .http2_initial_stream_window_size(WINDOW_BYTES)
        .http2_initial_connection_window_size(64 << 20)
        .build()
        .unwrap()
}

async fn open(world: &World, client: &Client, room: &RoomId, token: &str) -> Response {
    let request = client.get(world.url(&format!("rooms/{room}/stream"))).bearer_auth(token);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

async fn read_until(
    response: &mut Response,
    parser: &mut Parser,
    is_last: impl Fn(&SseEvent) -> bool,
) -> Vec<SseEvent> {
    let mut events = Vec::new();
    loop {
        events.extend(parser.drain());
        if events.last().is_some_and(&is_last) {
            return events;
        }
        let chunk = timeout(LIMIT, response.chunk()).await.expect("something comes").unwrap();
        let Some(chunk) = chunk else { return events };
        parser.push(&chunk);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_not_read_stalls_no_other_on_its_connection() {
    let world = World::start_with(|config| {
        // So that all of it is one connection; another asks how far the service is.
        config.http.connections_max = 2;
        config.hub.ring_items_max = 100;
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let (client, token) = (client(), world.token());
    let mut slow = open(&world, &client, &room, &token).await;
    let mut others = Vec::new();
    for _ in 0..20 {
        let mut other = open(&world, &client, &room, &token).await;
        let mut parser = Parser::default();
        let first = read_until(&mut other, &mut parser, |event| event.kind() == "snapshot").await;
        assert_eq!(first.len(), 1);
        others.push((other, parser));
    }

    // Many times the window, and more than the ring holds; little at a time, for those who read.
    let long = "x".repeat(8_000);
    let mut last = 1;
    for _ in 0..60 {
        last += world.append(Some(&room), vec![message(&long); 4]).await.len() as u64;
        world.caught_up(&room).await;
        for (other, parser) in &mut others {
            let events = read_until(other, parser, |event| event.room_seq() == last).await;
            assert_eq!(item_seqs(&events), (last - 3..=last).collect::<Vec<_>>());
        }
    }

    // The one that did not read is told that it was too slow, after what was under way.
    let mut parser = Parser::default();
    let events = read_until(&mut slow, &mut parser, |event| event.kind() == "bye").await;
    assert_eq!(events.last().unwrap().json()["reason"], "too_slow");
    let seqs = item_seqs(&events);
    assert_eq!(seqs, (2..2 + seqs.len() as u64).collect::<Vec<_>>());
    assert_eq!(events.last().unwrap().room_seq(), *seqs.last().unwrap_or(&1));
    while let Some(chunk) = timeout(LIMIT, slow.chunk()).await.expect("it ends").unwrap() {
        assert!(chunk.is_empty(), "{chunk:?}");
    }
    drop(others);
    world.stop().await;
}

#[tokio::test]
async fn a_stream_of_which_nothing_is_taken_is_over_although_its_connection_is_not() {
    let world = World::start_with(|config| {
        config.http.write_timeout_ms = 300;
        config.presence.exchange_ms = 20;
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let (client, token) = (client(), world.token());
    let mut slow = open(&world, &client, &room, &token).await;
    let mut other = open(&world, &client, &room, &token).await;
    let connections = async |wanted: u64| {
        while world.get("rooms/room-1/online").await.1["connections"] != wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, connections(2)).await.unwrap();

    // Figures of who is there come too, under the id of the item before.
    let mut parser = Parser::default();
    let mut last = 1;
    for _ in 0..20 {
        last += world.append(Some(&room), vec![message(&"x".repeat(8_000))]).await.len() as u64;
        read_until(&mut other, &mut parser, |event| event.id == last.to_string()).await;
    }
    timeout(LIMIT, connections(1)).await.unwrap();
    last += world.append(Some(&room), vec![message("still here")]).await.len() as u64;
    read_until(&mut other, &mut parser, |event| event.id == last.to_string()).await;
    // What it was sent before is still there for it, and why nothing follows.
    let events = read_until(&mut slow, &mut Parser::default(), |_| false).await;
    let seqs = item_seqs(&events);
    assert_eq!(seqs, (2..2 + seqs.len() as u64).collect::<Vec<_>>());
    let bye = events.last().unwrap().json();
    assert_eq!((&bye["type"], &bye["reason"]), (&"bye".into(), &"too_slow".into()));
    assert_eq!(bye["room_seq"], *seqs.last().unwrap());
    world.stop().await;
}

#[tokio::test]
async fn a_connection_has_so_many_streams() {
    let world = World::start_with(|config| {
        (config.http.connections_max, config.http.http2_streams_max) = (2, 3);
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let (client, token) = (client(), world.token());
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(open(&world, &client, &room, &token).await);
    }
    // The client keeps the next one back until one ends.
    let mut fourth = Box::pin(open(&world, &client, &room, &token));
    assert!(timeout(Duration::from_millis(300), &mut fourth).await.is_err());
    drop(streams.pop());
    timeout(LIMIT, &mut fourth).await.unwrap();
    drop(fourth);
    world.stop().await;
}

#[tokio::test]
async fn streams_end_with_their_token_and_with_the_service() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let client = client();
    let mut short = open(&world, &client, &room, &world.token_for(Role::Viewer, 2)).await;
    let mut long = open(&world, &client, &room, &world.token()).await;
    let is_bye = |event: &SseEvent| event.kind() == "bye";
    let events = read_until(&mut short, &mut Parser::default(), is_bye).await;
    assert_eq!(events.last().unwrap().json()["reason"], "token_expired");
    world.tasks.shut_down();
    let events = read_until(&mut long, &mut Parser::default(), is_bye).await;
    assert_eq!(events.last().unwrap().json()["reason"], "shutdown");
    world.stop().await;
}
