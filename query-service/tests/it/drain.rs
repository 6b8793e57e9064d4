//! How the service stops: one viewer after the other, and within a bound.

use std::time::{Duration, Instant};

use query_service::config::DrainConfig;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use crate::harness::sse::item_seqs;
use crate::harness::{World, message};

#[tokio::test]
async fn viewers_go_one_after_the_other_and_miss_nothing() {
    let world = World::start_with(|config| {
        (config.drain.spread_ms, config.drain.byes_per_s_min) = (4_000, 1);
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut streams = Vec::new();
    for _ in 0..24 {
        let mut stream = world.stream(&room, Some(1)).await;
        assert_eq!(stream.next().await.unwrap().kind(), "resumed");
        streams.push(stream);
    }
    let mut ws = world.ws(&room, "?last_event_id=1").await;
    ws.json().await;

    let begun = Instant::now();
    world.tasks.shut_down();
    let mut reading = JoinSet::new();
    for mut stream in streams {
        reading.spawn(async move {
            let mut events = Vec::new();
            while let Some(event) = stream.next().await {
                events.push(event);
            }
            (begun.elapsed(), stream.parser.retry_ms, events)
        });
    }

    // Nobody new, but who is there is served.
    let mut refused = json!(null);
    while refused["type"] != "/problems/shutting_down" {
        assert!(begun.elapsed() < Duration::from_secs(3), "{refused}");
        let request = world.http.get(world.url("rooms/room-1/stream")).bearer_auth(world.token());
        let response = request.send().await.unwrap();
        if response.status() == 503 {
            assert!(response.headers().contains_key("retry-after"));
            refused = response.json().await.unwrap();
        }
    }
    let ready = format!("http://{}/readyz", world.running.addr);
    let ready = world.http.get(ready).send().await.unwrap();
    assert_eq!(ready.json::<Value>().await.unwrap()["missing"], json!(["shutdown"]));
    assert_eq!(world.get("rooms/room-1").await.0, 200);
    world.say(&room, "still here").await;

    let (mut ends, mut retries, mut heard) = (Vec::new(), Vec::new(), 0);
    while let Some(read) = reading.join_next().await {
        let (end, retry_ms, events) = read.unwrap();
        let bye = events.last().unwrap().json();
        assert_eq!(bye["reason"], "shutdown");
        assert_eq!(bye["retry_ms"].as_u64(), retry_ms, "the same in both places");
        let seqs = item_seqs(&events);
        assert!(seqs.is_empty() && bye["room_seq"] == 1 || seqs == [2] && bye["room_seq"] == 2);
        heard += seqs.len();
        ends.push(end);
        retries.push(retry_ms.unwrap());
    }
    assert!(0 < heard, "nobody was there any more");
    ends.sort();
    let (first, last) = (ends[0], ends[ends.len() - 1]);
    assert!(first + Duration::from_millis(500) < last, "{first:?} to {last:?}");
    assert!(last < Duration::from_secs(7), "{last:?}");
    assert!(retries.iter().all(|retry_ms| (1_000..=3_000).contains(retry_ms)), "{retries:?}");
    retries.sort_unstable();
    retries.dedup();
    assert!(12 < retries.len(), "{retries:?}");
    assert_eq!(ws.close().await, (1001, "shutdown".to_owned()));
    world.stop().await;
}

#[tokio::test]
async fn few_viewers_do_not_delay_the_end() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, None).await;
    stream.next().await.unwrap();
    let begun = Instant::now();
    world.tasks.shut_down();
    assert_eq!(stream.rest().await.last().unwrap().json()["reason"], "shutdown");
    world.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

/// Viewers who take nothing, so that what they are told does not go out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_go_is_cut_off() {
    let world = World::start_with(|config| {
        config.http.drain_ms = 300;
        config.drain = DrainConfig { spread_ms: 100, bound_ms: 1_500, ..config.drain };
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let mut deaf = Vec::new();
    for (path, headers) in [("stream", ""), ("ws", upgrade)] {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let mut socket = socket.connect(world.running.addr).await.unwrap();
        let token = world.token();
        let request = format!(
            "GET /v1/apps/shop/rooms/{room}/{path} HTTP/1.1\r\nhost: x\r\n{headers}\
             authorization: Bearer {token}\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        socket.read_u8().await.unwrap();
        deaf.push(socket);
    }
    let long = "x".repeat(12_000);
    for _ in 0..5 {
        world.append(Some(&room), vec![message(&long); 20]).await;
        world.caught_up(&room).await;
    }

    let begun = Instant::now();
    world.stop().await;
    let took = begun.elapsed();
    assert!(Duration::from_secs(1) < took, "nobody had to be cut off: {took:?}");
    assert!(took < Duration::from_secs(4), "{took:?}");
    drop(deaf);
}
