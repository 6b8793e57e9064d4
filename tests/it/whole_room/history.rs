//! Point 12: what somebody sees who comes late, how far back they can go, and where they go on.

use serde_json::{Value, json};
use service_kit::clock;

use super::{Stage, shown};

pub(super) const PATHS: &[&str] = &["/rooms/past?", "/rooms/past/feed?limit=200&"];

/// The room's creation, its status, and what is said.
const ITEMS: u64 = 122;

fn seqs(items: &Value) -> Vec<u64> {
    items.as_array().unwrap().iter().filter_map(|item| item["room_seq"].as_u64()).collect()
}

pub(super) async fn chapter(stage: &Stage) {
    let Stage { shop, bob, .. } = stage;
    stage.live_room("past").await;
    let line = |n: u64| {
        json!({"id": clock::new_command_id().to_string(), "user_id": "ann", "action": {"room":
            {"room_id": "past", "command": {"type": "send_message", "text": format!("message {n}")}}}})
    };
    let answers = shop.batch(&(3..=ITEMS).map(line).collect::<Vec<_>>()).await;
    let last = answers.last().unwrap();
    assert_eq!(last["room_seq"], ITEMS, "{last}");

    let room = shown(bob, "/rooms/past", last).await;
    let expected: Vec<u64> = (ITEMS - 49..=ITEMS).collect();
    assert_eq!(seqs(&room["recent"]), expected, "the newest 50");
    let room = shown(bob, "/rooms/past?recent=200", last).await;
    assert_eq!(seqs(&room["recent"]), (1..=ITEMS).collect::<Vec<_>>());

    // Back to the first item, without a hole and without a repetition.
    let mut page = shown(bob, "/rooms/past/feed", last).await;
    let mut seen: Vec<u64> = vec![];
    loop {
        let items = seqs(&page["items"]);
        assert!(items.len() <= 50);
        seen.splice(0..0, items);
        let Some(before) = page["next"].as_u64() else { break };
        page = shown(bob, &format!("/rooms/past/feed?before={before}"), last).await;
    }
    assert_eq!(seen, (1..=ITEMS).collect::<Vec<_>>());

    // Who was there before is given what they missed and nothing twice.
    let mut response = bob.stream("/rooms/past/stream?last_event_id=100").await;
    let mut text = String::new();
    while !text.contains(&format!("id: {ITEMS}\n")) {
        text.push_str(&String::from_utf8_lossy(&response.chunk().await.unwrap().unwrap()));
    }
    let ids = text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok());
    let ids: Vec<u64> = ids.collect();
    let from_100: Vec<u64> = ids.into_iter().filter(|id| *id != 100).collect();
    assert_eq!(from_100, (101..=ITEMS).collect::<Vec<_>>(), "{text}");
}
