//! Custom fields and counters, through HTTP.

use domain::actor::Role::{Admin, Assistant, Guest, Host, Viewer};
use reqwest::Method;
use serde_json::json;

use crate::http_stage::{Reply, Service, new_key, token};
use crate::stage::room_events;

const FIELDS: &str = "/rooms/room/fields";

async fn with_fields() -> Service {
    let service = Service::with_room().await;
    for (key, write) in [("seats", "assistant"), ("topic", "owner"), ("mood", "anyone")] {
        let field = json!({"scope": "room", "read": "anyone", "write": write});
        service.put(Admin, "shop", &format!("/fields/{key}"), field).await.expect(201);
    }
    let team = json!({"scope": "member", "read": "anyone", "write": "member"});
    service.put(Admin, "shop", "/fields/team", team).await.expect(201);
    service
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_fields_of_a_command_are_published_and_one_forbidden_one_changes_nothing() {
    let service = with_fields().await;
    let both = json!({"values": {"seats": "12", "topic": "tea"}});
    // Neither the host nor the assistant has come in.
    let refused = service.post(Assistant, "eve", FIELDS, both.clone()).await;
    refused.expect_problem(403, "not_allowed");
    service.post(Host, "host", FIELDS, both.clone()).await.expect(201);
    service.post(Host, "host", FIELDS, both).await.expect(200);
    let mood = json!({"values": {"mood": "good"}});
    service.post(Guest, "guest", FIELDS, mood).await.expect(201);
    let unknown = json!({"values": {"seats": "1", "nothing": "2"}});
    let unknown = service.post(Assistant, "eve", FIELDS, unknown).await;
    unknown.expect_problem(404, "field_not_found");
    let bad = json!({"values": {"1st": "1"}});
    service.post(Host, "host", FIELDS, bad).await.expect_problem(422, "invalid_body");
    let long = json!({"values": {"seats": "x".repeat(513)}});
    service.post(Host, "host", FIELDS, long).await.expect_problem(422, "text_too_long");
    let longest = json!({"values": {"seats": "x".repeat(512), "topic": ""}});
    service.post(Host, "host", FIELDS, longest).await.expect(201);

    let events = room_events(&service.nats).await;
    let values: Vec<_> = events
        .iter()
        .filter(|event| event.data.type_name() == "fields_set")
        .map(|event| serde_json::to_value(&event.data).unwrap()["values"].clone())
        .collect();
    assert_eq!(values[0], json!({"seats": "12", "topic": "tea"}));
    assert_eq!(values[1], json!({"mood": "good"}));
    assert_eq!(values[2], json!({"seats": "x".repeat(512), "topic": ""}));
    assert_eq!(values.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_assistants_at_once_the_later_is_told_the_present_value() {
    let service = with_fields().await;
    let set = |user: &'static str, value: &str, seen: u64| {
        let body = json!({"values": {"seats": value}, "versions": {"seats": seen}});
        service.post(Assistant, user, FIELDS, body)
    };
    let (eve, zoe) = tokio::join!(set("eve", "12", 0), set("zoe", "13", 0));
    let (won, lost) = if eve.status == 201 { (eve, zoe) } else { (zoe, eve) };
    let version = won.expect(201)["room_seq"].as_u64().unwrap();
    let conflict = lost.expect_problem(409, "version_conflict");
    assert_eq!(conflict["version"], version);
    assert!(conflict["value"] == "12" || conflict["value"] == "13", "{conflict}");
    set("zoe", "14", version).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_belongs_to_rooms_or_members_and_is_never_deleted() {
    let service = with_fields().await;
    let other = json!({"scope": "room", "read": "anyone", "write": "owner"});
    let taken = service.put(Admin, "shop", "/fields/team", other.clone()).await;
    assert_eq!(taken.expect_problem(409, "field_taken")["scope"], "member");
    let by_host = service.put(Host, "host", "/fields/more", other).await;
    by_host.expect_problem(403, "not_allowed");
    let delete = service.request(Method::DELETE, Admin, "shop", "/fields/seats");
    assert_eq!(Reply::to(delete).await.status, 405);

    let red = json!({"values": {"team": "red"}});
    let path = "/rooms/room/members/ann/fields";
    service.post(Viewer, "ann", path, red.clone()).await.expect(201);
    service.post(Host, "host", path, red.clone()).await.expect(201);
    service.post(Viewer, "bob", path, red.clone()).await.expect_problem(403, "not_allowed");
    let guest = service.post(Guest, "ann", path, red).await;
    guest.expect_problem(403, "not_allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_changes_of_a_counter_all_count() {
    let service = with_fields().await;
    let change = |op: &str, value: i64| {
        let body = json!({"op": op, "value": value});
        service.post(Assistant, "eve", "/rooms/room/counters/votes", body)
    };
    let (a, b, c) =
        tokio::join!(change("increase", 5), change("increase", 7), change("decrease", 2));
    let told = [a, b, c].map(|reply| reply.expect(201)["value"].as_i64().unwrap());
    let together = 10;
    assert!(told.contains(&together), "the last of them is told the sum: {told:?}");
    let events = room_events(&service.nats).await;
    let last = serde_json::to_value(&events.last().unwrap().data).unwrap();
    assert_eq!(last["value"], together);
    // The same command is told the same, whatever came after it.
    let (key, body) = (new_key(), json!({"op": "increase", "value": 1}));
    let once_more = async || {
        let request = service.bare(Method::POST, "/rooms/room/counters/votes");
        let request = request.bearer_auth(token(Assistant, "eve"));
        Reply::to(request.header("idempotency-key", &key).json(&body)).await.expect(201)
    };
    let first = once_more().await;
    assert_eq!(first["value"], 11);
    change("increase", 5).await.expect(201);
    assert_eq!(once_more().await, first);
    change("set", i64::MAX).await.expect(201);
    let over = change("increase", 1).await.expect_problem(409, "counter_out_of_range");
    assert_eq!(over["value"], i64::MAX);
    let viewer = json!({"op": "increase", "value": 1});
    let viewer = service.post(Viewer, "ann", "/rooms/room/counters/votes", viewer).await;
    viewer.expect_problem(403, "not_allowed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_of_some_kinds_of_rooms_is_refused_in_others() {
    let service = with_fields().await;
    let kinds = |kinds: &[&str]| {
        let field = json!({"scope": "room", "read": "anyone", "write": "owner", "kinds": kinds});
        service.put(Admin, "shop", "/fields/bids", field)
    };
    kinds(&["auction"]).await.expect(201);
    kinds(&["auction"]).await.expect(200);
    kinds(&[""]).await.expect_problem(422, "text_empty");
    let many: Vec<String> = (0..21).map(|n| format!("kind-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(kinds(&many).await.expect_problem(422, "out_of_range")["max"], 20);

    let bids = json!({"values": {"bids": "9"}});
    let refused = service.post(Host, "host", FIELDS, bids.clone()).await;
    assert_eq!(refused.expect_problem(409, "field_not_for_kind")["kind"], "");
    let kind = json!({"kind": "auction"});
    service.put(Host, "host", "/rooms/room/profile", kind).await.expect(201);
    service.post(Host, "host", FIELDS, bids.clone()).await.expect(201);
    kinds(&many[..20]).await.expect(201);
    let refused = service.post(Host, "host", FIELDS, bids).await;
    assert_eq!(refused.expect_problem(409, "field_not_for_kind")["kind"], "auction");
}
