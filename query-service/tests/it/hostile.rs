//! Strings that break programs come through unchanged and forge nothing.

use std::path::Path;

use crate::harness::sse::SseEvent;
use crate::harness::{World, message};

/// The longest text that a message may have; the rest of the list is cut to it by nobody.
const TEXT_BYTES_MAX: usize = 12_288;

async fn come_through(texts: Vec<String>) {
    // A small ring: half of the resumed items come from Postgres.
    let world = World::start_with(|config| config.hub.ring_items_max = texts.len() / 2).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let mut live = world.stream(&room, None).await;
    assert_eq!(live.next().await.unwrap().kind(), "snapshot");
    let mut ws = world.ws(&room, "?last_event_id=1").await;
    assert_eq!(ws.json().await["type"], "resumed");

    let last = 1 + texts.len() as u64;
    let mut pushed: Vec<SseEvent> = Vec::new();
    for some in texts.chunks(4) {
        let data = some.iter().map(|text| message(text)).collect();
        let events = world.append(Some(&room), data).await;
        world.project(&events).await;
        pushed.extend(live.until(1 + (pushed.len() + some.len()) as u64).await);
    }

    let mut resumed = world.stream(&room, Some(1)).await.until(last).await;
    assert_eq!(resumed.remove(0).kind(), "resumed");
    assert_eq!(pushed.len(), texts.len());
    for ((seq, text), (live, later)) in (2..).zip(&texts).zip(pushed.iter().zip(&resumed)) {
        assert_eq!((live.id.as_str(), live.name.as_str()), (seq.to_string().as_str(), ""));
        assert_eq!(live.json()["data"]["text"].as_str(), Some(text.as_str()));
        assert_eq!(live, later);
        assert_eq!(ws.text().await, live.data);
    }
    let (_, page) = world.get(&format!("rooms/{room}/feed?after=1&limit=200")).await;
    for (item, text) in page["items"].as_array().unwrap().iter().zip(&texts) {
        assert_eq!(item["data"]["text"].as_str(), Some(text.as_str()));
    }
    world.stop().await;
}

#[tokio::test]
async fn line_breaks_of_every_kind_forge_no_field() {
    let forged = |line_break: &str| {
        format!(
            "x{line_break}id: 99{line_break}event: bye{line_break}data: {{}}{line_break}{line_break}"
        )
    };
    let breaks = ["\n", "\r", "\r\n", "\n\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}"];
    come_through(breaks.map(forged).into()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn naughty_strings_come_through_byte_for_byte() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/hostile/naughty-strings.json");
    if !Path::new(path).exists() {
        println!("skipped: the list of hostile strings is not there");
        return;
    }
    let texts: Vec<String> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let legal = |text: &String| (1..=TEXT_BYTES_MAX).contains(&text.len()) && !text.contains('\0');
    come_through(texts.into_iter().filter(legal).collect()).await;
}
