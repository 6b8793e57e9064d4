//! Point 7: custom fields of a room and of its members, and numbers that several hands change.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Stage, done, refused, shown};

pub(super) const PATHS: &[&str] = &["/fields?", "/rooms/fields?", "/rooms/fields/feed?"];

const FIELDS: &str = "/rooms/fields/fields";

pub(super) async fn chapter(stage: &Stage) {
    stage.live_room("fields").await;
    defined(stage).await;
    set(stage).await;
    of_members(stage).await;
    of_some_kinds(stage).await;
    counted(stage).await;
}

fn field(scope: &str, read: &str) -> Value {
    json!({"scope": scope, "read": read, "write": "assistant"})
}

async fn defined(stage: &Stage) {
    let Stage { shop, host, .. } = stage;
    let seats = "/fields/seats";
    refused(host.put(seats, &field("room", "anyone")).await, 403, "not_allowed");
    done(shop.put(seats, &field("room", "anyone")).await);
    done(shop.put("/fields/margin", &field("room", "assistant")).await);
    done(shop.put("/fields/medal", &field("member", "member")).await);
    refused(shop.put(seats, &field("member", "anyone")).await, 409, "field_taken");
    refused(shop.put("/fields/medal", &field("room", "anyone")).await, 409, "field_taken");
    done(shop.put("/fields/sixteen_letters_", &field("room", "anyone")).await);
    for key in ["1st", "seventeen_letters", "a-b", "%C3%A9"] {
        let bad = shop.put(&format!("/fields/{key}"), &field("room", "anyone")).await;
        refused(bad, 400, "invalid_id");
    }
    // Each clearance writes, and those below it do not.
    for write in ["anyone", "member", "owner", "admin"] {
        let body = json!({"scope": "room", "read": "anyone", "write": write});
        done(shop.put(&format!("/fields/by_{write}"), &body).await);
    }
    let (status, _) = shop.delete(seats).await;
    assert_eq!(status, 405, "a field is never deleted");
}

/// Several at once, by somebody who has not come in; each reader gets what they may read.
async fn set(stage: &Stage) {
    let Stage { shop, host, assistant, ann, bob, guest } = stage;
    let stream = bob.watch("fields").await;
    let hosts = host.watch("fields").await;
    let values = json!({"values": {"seats": "12", "margin": "30 %", "sixteen_letters_": "x"}});
    refused(ann.post(FIELDS, &values).await, 403, "not_allowed");
    let set = done(assistant.post(FIELDS, &values).await);
    let pushed = stream.until_type("fields_set").await;
    assert_eq!(pushed["data"]["values"], json!({"seats": "12", "sixteen_letters_": "x"}));
    assert_eq!(hosts.until_type("fields_set").await["data"]["values"], values["values"]);
    let one = |key: &str, value: &str| json!({"values": {key: value}});
    for (who, may) in [
        (guest, &["anyone"][..]),
        (ann, &["anyone", "member"]),
        (host, &["anyone", "member", "owner"]),
        (shop, &["anyone", "member", "owner", "admin"]),
    ] {
        for write in ["anyone", "member", "owner", "admin"] {
            let answer = who.post(FIELDS, &one(&format!("by_{write}"), "x")).await;
            // A value that is there already is no change.
            let is_allowed = answer.0.is_success();
            assert_eq!(is_allowed, may.contains(&write), "{write}: {}", answer.1);
        }
    }
    // All or none.
    let both = json!({"values": {"seats": "1", "unknown": "2"}});
    refused(assistant.post(FIELDS, &both).await, 404, "field_not_found");
    refused(assistant.post(FIELDS, &one("seats", &"x".repeat(513))).await, 422, "text_too_long");
    done(assistant.post(FIELDS, &one("seats", &"x".repeat(512))).await);
    // Of two who saw the same, the second is told.
    let seen = json!({"values": {"seats": "13"}, "versions": {"seats": set["room_seq"]}});
    let problem = refused(host.post(FIELDS, &seen).await, 409, "version_conflict");
    assert_eq!(problem["value"], "x".repeat(512), "{problem}");
    let gone = done(host.post(FIELDS, &one("seats", "")).await);
    let room = shown(ann, "/rooms/fields", &gone).await;
    assert!(room["fields"].get("seats").is_none(), "{room}");
    assert_eq!(room["fields"]["sixteen_letters_"]["value"], "x", "not named, not touched: {room}");
    for (who, margin) in [(host, Some("30 %")), (ann, None), (guest, None)] {
        let room = shown(who, "/rooms/fields", &gone).await;
        assert_eq!(room["fields"]["margin"]["value"].as_str(), margin, "{room}");
    }
    let feed = shown(ann, "/rooms/fields/feed?limit=100", &gone).await;
    assert!(!feed.to_string().contains("30 %"), "nor in the history: {feed}");
    // Closed later, it is closed for what is there too.
    let closed = done(shop.put("/fields/sixteen_letters_", &field("room", "owner")).await);
    let room = shown(ann, "/rooms/fields", &closed).await;
    assert!(room["fields"].get("sixteen_letters_").is_none(), "{room}");
}

async fn of_members(stage: &Stage) {
    let Stage { host, ann, bob, .. } = stage;
    let stream = bob.watch("fields").await;
    let member = "/rooms/fields/members/ann/fields";
    let medal = |value: &str| json!({"values": {"medal": value}});
    refused(ann.post(member, &medal("gold")).await, 403, "not_allowed");
    refused(host.post(member, &medal(&"x".repeat(65))).await, 422, "text_too_long");
    done(host.post(member, &medal(&"x".repeat(64))).await);
    done(host.post(member, &medal("gold")).await);
    let is_gold = |frame: &Value| frame["data"]["values"]["medal"] == "gold";
    let told = stream.until("the medal", is_gold).await;
    assert_eq!((&told["type"], &told["value"]), (&json!("member_fields_set"), &json!("ann")));
}

/// A field for some kinds of rooms, which this one is not until it becomes one.
async fn of_some_kinds(stage: &Stage) {
    let Stage { shop, host, .. } = stage;
    let auctions =
        json!({"scope": "room", "read": "anyone", "write": "owner", "kinds": ["auction"]});
    done(shop.put("/fields/bid", &auctions).await);
    let bid = json!({"values": {"bid": "100"}});
    refused(host.post(FIELDS, &bid).await, 409, "field_not_for_kind");
    done(host.put("/rooms/fields/profile", &json!({"kind": "auction"})).await);
    let set = done(host.post(FIELDS, &bid).await);
    let room = shown(shop, "/rooms/fields", &set).await;
    assert_eq!(room["fields"]["bid"]["value"], "100", "{room}");
}

/// A number of the room: several hands at once add up, and it never runs over.
async fn counted(stage: &Stage) {
    let Stage { host, assistant, ann, .. } = stage;
    let counter = "/rooms/fields/counters/cups";
    let change = |op: &str, value: i64| json!({"op": op, "value": value});
    refused(ann.post(counter, &change("set", 1)).await, 403, "not_allowed");
    for (start, op) in [(i64::MAX - 1, "increase"), (i64::MIN + 1, "decrease")] {
        done(host.post(counter, &change("set", start)).await);
        done(assistant.post(counter, &change(op, 1)).await);
        refused(host.post(counter, &change(op, 1)).await, 409, "counter_out_of_range");
    }
    done(host.post(counter, &change("set", 7)).await);
    let (up, down) = (change("increase", 5), change("decrease", 3));
    let changes = (0..10).map(|n| assistant.post(counter, if n % 2 == 0 { &up } else { &down }));
    let answers: Vec<Value> = join_all(changes).await.into_iter().map(done).collect();
    let last = answers.iter().max_by_key(|answer| answer["room_seq"].as_u64()).unwrap();
    assert_eq!(last["value"], 7 + 5 * 5 - 5 * 3, "the answer says where it stands");
    let room = shown(ann, "/rooms/fields", last).await;
    assert_eq!(room["counters"]["cups"], 17, "{room}");
    for n in 1..20 {
        done(host.post(&format!("/rooms/fields/counters/c{n}"), &change("set", 1)).await);
    }
    let one_more = host.post("/rooms/fields/counters/c20", &change("set", 1)).await;
    refused(one_more, 409, "too_many_counters");
}
