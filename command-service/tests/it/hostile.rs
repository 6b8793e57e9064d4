//! Bodies and strings that must not break the server, from `../shared/data/hostile`.

use std::path::PathBuf;

use domain::actor::Role::{Admin, Host, Viewer};
use domain::event::EventData;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::http_stage::{Reply, Service};
use crate::stage::room_events;

/// Every route that takes a JSON body.
const ROUTES: [(Method, &str); 12] = [
    (Method::PUT, "/users/ann"),
    (Method::PUT, "/gifts/tulip"),
    (Method::PUT, "/level-rule"),
    (Method::PUT, "/rooms/room-2"),
    (Method::PUT, "/rooms/room/status"),
    (Method::POST, "/rooms/room/messages"),
    (Method::POST, "/rooms/room/paid-messages"),
    (Method::POST, "/rooms/room/gifts"),
    (Method::POST, "/rooms/room/likes"),
    (Method::PUT, "/rooms/room/products/tea"),
    (Method::PUT, "/rooms/room/spotlight"),
    (Method::PUT, "/rooms/room/mutes/bob"),
];

#[expect(clippy::print_stderr, reason = "a test that cannot run says so")]
fn hostile(file: &str) -> Option<String> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/hostile").join(file);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: {} is absent", path.display());
    }
    text
}

#[derive(Deserialize)]
struct Case {
    name: String,
    expect: String,
    base64: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_breaks_a_route_or_changes_anything() {
    let Some(cases) = hostile("json-bodies.ndjson") else { return };
    let service = Service::with_room().await;
    let before = service.nats.open_log(&crate::stage::app()).await.unwrap();
    let end = before.last_seq().await.unwrap();
    for line in cases.lines() {
        let Case { name, expect, base64 } = serde_json::from_str(line).unwrap();
        let body = decode_base64(&base64);
        for (method, path) in ROUTES {
            let request = service.request(method, Admin, "shop", path);
            let request = request.header("content-type", "application/json");
            let reply = Reply::to(request.body(body.clone())).await;
            let status = reply.status.as_u16();
            if expect == "invalid" {
                assert_eq!(status, 400, "{name} to {path}: {}", reply.body);
            }
            assert!((400..500).contains(&status), "{name} to {path}: {status}");
            assert_eq!(reply.content_type, "application/problem+json", "{name} to {path}");
        }
    }
    assert_eq!(before.last_seq().await.unwrap(), end, "nothing was stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_string_is_refused_or_recorded_byte_for_byte() {
    let Some(strings) = hostile("naughty-strings.json") else { return };
    let strings: Vec<String> = serde_json::from_str(&strings).unwrap();
    let service = Service::with_room().await;
    let mut recorded = Vec::new();
    for text in &strings {
        let body = json!({ "text": text });
        // An admin is exempt from the filter, which would mask some of them.
        let reply = service.post(Admin, "shop", "/rooms/room/messages", body).await;
        if reply.status.as_u16() == 201 {
            recorded.push(text.as_str());
        } else {
            assert!(reply.status.is_client_error(), "{text:?}: {}", reply.status);
        }
        let room = percent(text);
        let body = json!({"name": "Tea", "owner": "host"});
        let created = service.put(Host, "host", &format!("/rooms/{room}"), body).await.status;
        assert!(!created.is_server_error(), "{text:?} as a room id: {created}");
        let body = json!({ "nick": text });
        let named = service.put(Admin, "shop", &format!("/users/{room}"), body).await.status;
        assert!(!named.is_server_error(), "{text:?} as a nick and user id: {named}");
        let body = json!({ "gift_id": text, "count": 1 });
        let sent = service.post(Viewer, "ann", "/rooms/room/gifts", body).await.status;
        assert!(sent.is_client_error(), "{text:?} as a gift id: {sent}");
    }
    let events = room_events(&service.nats).await;
    let texts: Vec<&str> = events
        .iter()
        .filter_map(|event| match &event.data {
            EventData::MessageSent(sent) => Some(&*sent.text),
            _ => None,
        })
        .collect();
    assert_eq!(texts, recorded);
    assert!(500 < recorded.len(), "only the empty string is refused: {}", recorded.len());
}

fn percent(text: &str) -> String {
    percent_encoding::percent_encode(text.as_bytes(), percent_encoding::NON_ALPHANUMERIC)
        .to_string()
}

/// Standard base64 with padding; a test needs no more.
fn decode_base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'=').map(value).collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let bits = chunk.iter().fold(0u32, |bits, digit| bits << 6 | u32::from(*digit));
        let bits = bits << (6 * (4 - chunk.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    bytes
}
