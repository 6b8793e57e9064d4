//! What is left out, for whom, and that every viewer is told.

use domain::event::EventData;
use domain::ids::RoomId;
use domain::room::mute_all::MuteAllSet;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::harness::sse::Parser;
use crate::harness::{World, message};

fn urgent(on: bool) -> EventData {
    EventData::MuteAllSet(MuteAllSet { on, allow: [].into() })
}

#[tokio::test]
async fn a_room_that_says_more_than_viewers_are_sent_tells_them_what_was_left_out() {
    let world = World::start_with(|config| config.hub.shaping.normal_items_per_s = 3).await;
    // The first item is the room itself, which is always sent and counts.
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, None).await;
    let mut ws = world.ws(&room, "").await;
    stream.next().await.unwrap();
    ws.json().await;

    let mut said = vec![message("x"); 6];
    said.push(urgent(true));
    world.append(Some(&room), said).await;

    let mut frames = Vec::new();
    while frames.last().is_none_or(|frame: &Value| frame["room_seq"] != 8) {
        let event = stream.next().await.unwrap();
        assert_eq!(ws.text().await, event.data);
        assert_eq!(event.id, event.room_seq().to_string());
        frames.push(event.json());
    }
    let shed = frames.iter().find(|frame| frame["type"] == "shed").unwrap();
    let from = shed["from_seq"].as_u64().unwrap();
    let left_out = 8 - from;
    assert!((3..=4).contains(&left_out), "{frames:?}");
    let expected = json!({
        "type": "shed", "from_seq": from, "room_seq": 7, "shed": { "normal": left_out },
    });
    assert_eq!(shed, &expected);
    assert_eq!(frames.last().unwrap()["type"], "mute_all_set");
    assert_eq!(frames.len() as u64, 7 - left_out + 1);
    world.stop().await;
}

/// A client that reads when it is told to.
async fn connect(world: &World, room: &RoomId) -> TcpStream {
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
    socket
}

/// Reads up to the frame for this `room_seq`, and checks that every item is there or counted.
async fn read_until(socket: &mut TcpStream, mut last: u64, end: u64) -> Vec<Value> {
    let (mut parser, mut frames) = (Parser::default(), Vec::new());
    let mut piece = vec![0; 65_536];
    while last < end {
        let count = socket.read(&mut piece).await.unwrap();
        assert_ne!(count, 0, "closed after {last}");
        parser.push(&piece[..count]);
        for event in parser.drain() {
            let frame = event.json();
            let to = event.room_seq();
            if frame["type"] == "snapshot" {
                last = to;
                continue;
            }
            assert_eq!(frame["from_seq"].as_u64().unwrap_or(to), last + 1, "{frame}");
            if let Some(shed) = frame["shed"].as_object() {
                let counted: u64 = shed.values().filter_map(Value::as_u64).sum();
                assert_eq!(counted, to - last, "{frame}");
            }
            last = to;
            frames.push(frame);
        }
    }
    frames
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_slowly_gets_less_but_all_that_is_urgent_and_is_not_closed() {
    let world = World::start_with(|config| {
        config.hub.ring_bytes_max = 64 << 20;
        config.hub.backlog_bytes_max = 128 << 10;
        config.hub.insight_ms = 10;
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut slow = connect(&world, &room).await;
    let mut quick = world.stream(&room, Some(1)).await;

    // More than the sockets hold, and far more than a viewer may be behind.
    let long = "x".repeat(12_000);
    let (mut last, mut urgents) = (1, 0);
    for round in 0..20 {
        let mut said = vec![message(&long); 20];
        said.push(urgent(round % 2 == 0));
        urgents += 1;
        last += world.append(Some(&room), said).await.len() as u64;
        // Others miss nothing because of it.
        quick.until(last).await;
    }

    let frames = read_until(&mut slow, 1, last).await;
    let count = |kind: &str| frames.iter().filter(|frame| frame["type"] == kind).count();
    assert_eq!(count("mute_all_set"), urgents);
    assert!(0 < count("shed"), "the reader was not slow enough");
    let left_out: u64 = frames.iter().filter_map(|frame| frame["shed"]["normal"].as_u64()).sum();
    world.insight(&room, |shed| left_out <= shed["viewers"]["normal"].as_u64().unwrap()).await;

    // Up to date again, they get everything.
    world.append(Some(&room), vec![message("a"), message("b")]).await;
    let frames = read_until(&mut slow, last, last + 2).await;
    assert_eq!(frames.len(), 2);
    world.stop().await;
}
