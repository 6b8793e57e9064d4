//! Many who come back at once, and clients that are cut at any moment.

use std::sync::atomic::{AtomicBool, Ordering};

use domain::event::EventData;
use domain::ids::RoomId;
use domain::room::send_likes::LikesAdded;
use futures_util::StreamExt;
use futures_util::future::join_all;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;

use crate::harness::sse::Parser;
use crate::harness::{World, message};

const VIEWERS: usize = 2_000;
const WEBSOCKETS: usize = 100;

/// All in one thread, so that what is counted here is counted by this test alone.
#[tokio::test]
async fn a_storm_costs_postgres_a_question_for_each_segment() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let counts = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let world = World::start_with(|config| {
        config.hub.ring_items_max = 8;
        config.hub.resume_page_items = 50;
        // The storm has the only thread: a question that it makes wait for too long counts as one that
        // Postgres did not answer, and all segments would come from the log.
        config.answers.postgres_timeout_ms = 60_000;
    })
    .await;
    let room = world.room("room-1", 200).await;
    world.caught_up(&room).await;
    let before = counted(&counts.render(), "query_postgres_questions_total");

    let viewers = (0..VIEWERS).map(|_| bytes_until(&world, &room, 20, 201));
    let websockets = (0..WEBSOCKETS).map(|_| async {
        let mut ws = world.ws(&room, "?last_event_id=20").await;
        let mut frames = 0;
        while ws.json().await["room_seq"] != 201 {
            frames += 1;
        }
        frames
    });
    let (viewers, frames) = tokio::join!(join_all(viewers), join_all(websockets));

    let text = String::from_utf8(viewers[0].clone()).unwrap();
    let ids: Vec<u64> =
        text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect();
    assert_eq!(ids, (21..=201).collect::<Vec<_>>());
    assert!(text.starts_with(r#"data: {"type":"resumed","room_seq":20,"#), "{text:.80}");
    assert!(viewers.iter().all(|bytes| *bytes == viewers[0]));
    assert_eq!(frames, [181; WEBSOCKETS]);

    let text = counts.render();
    // From 21 to 193 there are parts of four segments of 50.
    assert_eq!(counted(&text, "query_postgres_questions_total") - before, 4);
    assert_eq!(counted(&text, r#"query_segments_read_total{from="postgres"}"#), 4);
    let shared = counted(&text, r#"query_segments_read_total{from="memory"}"#);
    assert!(4 * (VIEWERS + WEBSOCKETS - 1) as u64 <= shared, "{shared}");
    world.stop().await;
}

fn counted(text: &str, name: &str) -> u64 {
    let line = text.lines().find(|line| line.starts_with(name));
    line.map_or(0, |line| line.rsplit_once(' ').unwrap().1.parse().unwrap())
}

/// What a stream sends up to the item with this `room_seq`.
async fn bytes_until(world: &World, room: &RoomId, last_id: u64, room_seq: u64) -> Vec<u8> {
    let request = world.http.get(world.url(&format!("rooms/{room}/stream")));
    let request = request.bearer_auth(world.token()).header("Last-Event-ID", last_id);
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let (mut bytes, end) = (Vec::new(), format!("id: {room_seq}\n"));
    loop {
        let tail = bytes.len().saturating_sub(2_000);
        let newest = String::from_utf8_lossy(&bytes[tail..]);
        if newest.contains(&end) && newest.ends_with("\n\n") {
            return bytes;
        }
        bytes.extend_from_slice(&response.chunk().await.unwrap().expect("the stream goes on"));
    }
}

/// The same numbers at every run.
struct Dice(u64);

impl Dice {
    /// Xorshift (Marsaglia 2003): below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// What a client has to know that it has everything.
#[derive(Debug, Default)]
struct Kept {
    room_seq: Option<u64>,
    shed: u64,
    merged: u64,
    connections: u64,
}

impl Kept {
    fn take(&mut self, frame: &Value) {
        let room_seq = frame["room_seq"].as_u64();
        match frame["type"].as_str().unwrap() {
            "resumed" => assert_eq!(room_seq, self.room_seq, "{frame}"),
            "snapshot" => {
                assert_eq!(self.room_seq, None, "only at first: {frame}");
                self.room_seq = room_seq;
            }
            "bye" => {}
            kind => {
                let first = frame["from_seq"].as_u64().or(room_seq).unwrap();
                assert_eq!(Some(first), self.room_seq.map(|last| last + 1), "{frame}");
                self.room_seq = room_seq;
                let sum = |name: &str| -> u64 {
                    let counts = frame[name].as_object();
                    counts.map_or(0, |counts| counts.values().filter_map(Value::as_u64).sum())
                };
                let (shed, merged) = (sum("shed"), sum("counts"));
                if kind == "shed" || kind == "merged" {
                    assert_eq!(room_seq.unwrap() + 1 - first, shed + merged, "{frame}");
                }
                self.shed += shed;
                self.merged += merged;
            }
        }
    }
}

const END: u64 = 1_501;

/// Reads some bytes, is cut, and comes back, until it has everything.
async fn cut_sse(world: &World, room: &RoomId, seed: u64, done: &AtomicBool) -> Kept {
    let (mut dice, mut kept) = (Dice(seed), Kept::default());
    while kept.room_seq != Some(END) || !done.load(Ordering::Relaxed) {
        let mut request = world.http.get(world.url(&format!("rooms/{room}/stream")));
        if let Some(last_id) = kept.room_seq {
            request = request.header("Last-Event-ID", last_id);
        }
        let mut response = request.bearer_auth(world.token()).send().await.unwrap();
        kept.connections += 1;
        let mut parser = Parser::default();
        let mut left = usize::try_from(1 + dice.roll(40_000)).unwrap();
        while 0 < left && kept.room_seq != Some(END) {
            let Some(chunk) = response.chunk().await.unwrap() else { break };
            // In the middle of a frame, most often.
            let bytes = &chunk[..chunk.len().min(left)];
            left -= bytes.len();
            parser.push(bytes);
            for event in parser.drain() {
                kept.take(&event.json());
            }
        }
    }
    kept
}

async fn cut_ws(world: &World, room: &RoomId, seed: u64, done: &AtomicBool) -> Kept {
    let (mut dice, mut kept) = (Dice(seed), Kept::default());
    while kept.room_seq != Some(END) || !done.load(Ordering::Relaxed) {
        let last_id = kept.room_seq.map(|last_id| format!("?last_event_id={last_id}"));
        let mut ws = world.ws(room, last_id.as_deref().unwrap_or_default()).await;
        kept.connections += 1;
        let mut left = 1 + dice.roll(200);
        while 0 < left && kept.room_seq != Some(END) {
            let Some(Ok(message)) = ws.socket.next().await else { break };
            let Ok(text) = message.into_text() else { continue };
            if let Ok(frame) = serde_json::from_str(&text) {
                kept.take(&frame);
            }
            left -= 1;
        }
    }
    kept
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_are_cut_at_any_moment_miss_nothing_and_get_nothing_twice() {
    let world = World::start_with(|config| {
        config.hub.ring_items_max = 40;
        config.hub.resume_page_items = 30;
        config.hub.resume_attempts = 2;
        config.hub.resume_retry_ms = 1;
        config.history.failure_ms = 10;
        config.hub.shaping.normal_items_per_s = 300;
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let done = AtomicBool::new(false);
    let writing = async {
        let mut dice = Dice(99);
        let mut written = 1;
        let mut unprojected = Vec::new();
        while written < END {
            let count = (1 + dice.roll(30)).min(END - written);
            let likes = |total| EventData::LikesAdded(LikesAdded { count: 1, total, by: vec![] });
            let data = (0..count).map(|n| match dice.roll(4) {
                0 => likes(written + n),
                _ => message(&format!("message {}", written + n)),
            });
            unprojected.extend(world.append(Some(&room), data.collect()).await);
            written += count;
            // The projector is now and then behind: then it is the log that has it.
            if dice.roll(3) == 0 {
                world.project(&std::mem::take(&mut unprojected)).await;
            }
        }
        done.store(true, Ordering::Relaxed);
    };
    let sse = (1..=8).map(|seed| cut_sse(&world, &room, seed * 0x9e37_79b9, &done));
    let ws = (1..=8).map(|seed| cut_ws(&world, &room, seed * 0x85eb_ca6b, &done));
    let clients = async { tokio::join!(join_all(sse), join_all(ws)) };
    let ((sse, ws), ()) =
        tokio::time::timeout(3 * crate::harness::LIMIT, async { tokio::join!(clients, writing) })
            .await
            .unwrap();

    for kept in sse.iter().chain(&ws) {
        assert_eq!(kept.room_seq, Some(END));
        assert!(3 < kept.connections, "{kept:?}");
    }
    assert!(sse.iter().chain(&ws).any(|kept| 0 < kept.merged), "{sse:?}");
    world.stop().await;
}
