//! Point 3: what is said, how often it is said although it is sent twice, and how it is taken back.

use domain::timestamp::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::clock;

use super::{Stage, already_so, done, refused, shown};

pub(super) const PATHS: &[&str] = &["/rooms/talk?", "/rooms/talk/feed?"];

const MESSAGES: &str = "/rooms/talk/messages";
const CUSTOM: &str = "/rooms/talk/custom-messages";

pub(super) async fn chapter(stage: &Stage) {
    stage.live_room("talk").await;
    let first = once(stage).await;
    sizes(stage).await;
    custom(stage).await;
    taken_back(stage, &first).await;
}

/// Sent twice under one id: said once.
async fn once(stage: &Stage) -> Value {
    let Stage { ann, bob, .. } = stage;
    let id = clock::new_command_id();
    let hello = json!({"text": "hello"});
    let first = done(ann.command_again(Method::POST, MESSAGES, &hello, id).await);
    let again = done(ann.command_again(Method::POST, MESSAGES, &hello, id).await);
    assert_eq!(first, again);
    // Somebody else's id is an id of theirs, or refused, and never an answer to the first.
    let (_, body) = bob.command_again(Method::POST, MESSAGES, &hello, id).await;
    assert_ne!(body, first);
    // The time of a command is in its id: for five minutes it is known whether it was carried out.
    let at = |ahead_s: i64, facts: &str| {
        clock::command_id_of(Timestamp(clock::now().0 + ahead_s * 1_000), facts).unwrap()
    };
    for (ahead_s, code) in [(-310, "idempotency_key_too_old"), (70, "idempotency_key_ahead")] {
        let id = at(ahead_s, code);
        let answer = ann.command_again(Method::POST, MESSAGES, &hello, id).await;
        refused(answer, 422, code);
    }
    for ahead_s in [-290, 50] {
        let id = at(ahead_s, "in time");
        done(ann.command_again(Method::POST, MESSAGES, &hello, id).await);
    }
    first
}

async fn sizes(stage: &Stage) {
    let Stage { ann, .. } = stage;
    let long = |bytes: usize| json!({"text": "tea ".repeat(bytes / 4 + 1)[..bytes]});
    refused(ann.post(MESSAGES, &long(12_289)).await, 422, "text_too_long");
    done(ann.post(MESSAGES, &long(12_288)).await);
    refused(ann.post(MESSAGES, &json!({"text": ""})).await, 422, "text_empty");
    let huge = ann.post(MESSAGES, &long(300_000)).await;
    refused(huge, 413, "body_too_large");
    let part = |name: &str, bytes: usize| {
        let mut message = json!({"data": "d", "description": "d", "extension": "e"});
        message[name] = json!("x ".repeat(bytes / 2 + 1)[..bytes]);
        message
    };
    for (name, max) in [("data", 1_024), ("description", 1_024), ("extension", 12_288)] {
        refused(ann.post(CUSTOM, &part(name, max + 1)).await, 422, "text_too_long");
        // The parts together have the limit of a message.
        let max = if name == "extension" { max - 2 } else { max };
        done(ann.post(CUSTOM, &part(name, max)).await);
    }
    refused(ann.post(CUSTOM, &part("extension", 12_287)).await, 422, "text_too_long");
}

async fn custom(stage: &Stage) {
    let Stage { host, shop, ann, .. } = stage;
    let stream = ann.watch("talk").await;
    let custom = |priority: &str| {
        json!({"data": "wave", "description": "waves", "extension": "{\"n\":1}",
            "priority": priority})
    };
    refused(ann.post(CUSTOM, &custom("high")).await, 403, "not_allowed");
    let trusted = shop.in_the_name_of("bob");
    let sent = [(ann, "normal"), (ann, "low"), (ann, "lowest"), (host, "high"), (&trusted, "high")];
    for (who, priority) in sent {
        let seq = done(who.post(CUSTOM, &custom(priority)).await)["room_seq"].clone();
        let pushed = stream.until("the wave", |frame| frame["room_seq"] == seq).await;
        assert_eq!((&pushed["priority"], &pushed["value"]), (&json!(priority), &json!("wave")));
        let data = json!({"data": "wave", "description": "waves", "extension": "{\"n\":1}"});
        for (part, value) in data.as_object().unwrap() {
            assert_eq!(&pushed["data"][part], value, "{pushed}");
        }
    }
}

/// Answered, pinned by those who run the room, taken back by whoever said it.
async fn taken_back(stage: &Stage, first: &Value) {
    let Stage { host, ann, bob, .. } = stage;
    let stream = bob.watch("talk").await;
    let reply = json!({"text": "welcome", "reply_to": first["room_seq"]});
    let reply = done(host.post(MESSAGES, &reply).await);
    let seq = reply["room_seq"].clone();
    let pushed = stream.until("the reply", |frame| frame["room_seq"] == seq).await;
    assert_eq!(pushed["data"]["reply_to"], first["room_seq"]);
    let unknown = json!({"text": "what?", "reply_to": 1_000_000});
    let (status, _) = ann.post(MESSAGES, &unknown).await;
    assert!(status.is_client_error(), "a reply to nothing: {status}");

    let pin = format!("/rooms/talk/pins/{}", reply["room_seq"]);
    refused(ann.put(&pin, &json!({})).await, 403, "not_allowed");
    done(host.put(&pin, &json!({})).await);
    already_so(host.put(&pin, &json!({})).await);
    let other = format!("/rooms/talk/pins/{}", first["room_seq"]);
    done(host.put(&other, &json!({})).await);
    let recall = format!("/rooms/talk/messages/{}", first["room_seq"]);
    refused(bob.delete(&recall).await, 403, "not_allowed");
    done(ann.delete(&recall).await);
    already_so(ann.delete(&recall).await);
    let bobs = done(bob.post(MESSAGES, &json!({"text": "rude"})).await);
    let last = done(host.delete(&format!("/rooms/talk/messages/{}", bobs["room_seq"])).await);

    // A message that is gone is pinned no longer, and is shown to nobody again.
    let room = shown(ann, "/rooms/talk", &last).await;
    assert_eq!(room["pinned"], json!([reply["room_seq"]]), "{room}");
    let page = shown(ann, "/rooms/talk/feed?limit=100", &last).await;
    let items = page["items"].as_array().unwrap();
    for gone in [first, &bobs] {
        let recalled = items.iter().find(|item| item["room_seq"] == gone["room_seq"]).unwrap();
        let is = [&recalled["recalled"], &recalled["value"], &recalled["data"]];
        assert_eq!(is, [&json!(true), &json!(null), &json!({})], "{recalled}");
    }
    let seq = last["room_seq"].clone();
    let told = stream.until("the recall", |frame| frame["room_seq"] == seq).await;
    assert_eq!(told["data"]["room_seq"], bobs["room_seq"], "{told}");
}
