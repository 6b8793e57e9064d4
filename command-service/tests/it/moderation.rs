//! Who may be in a room and who may talk, through HTTP.

use domain::actor::Role::{Assistant, Host, Viewer};
use reqwest::Method;
use serde_json::json;

use crate::http_stage::{Reply, Service};
use crate::stage::room_events;

const MESSAGES: &str = "/rooms/room/messages";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_banned_user_is_told_why_and_until_when() {
    let service = Service::with_room().await;
    let ban = json!({"seconds": 60, "reason": "spam"});
    service.put(Assistant, "eve", "/rooms/room/bans/bob", ban).await.expect(201);
    let join = service.put(Viewer, "bob", "/rooms/room/members/bob", json!({})).await;
    assert!(join.expect_problem(403, "banned")["until"].is_u64());
    service
        .post(Viewer, "bob", MESSAGES, json!({"text": "hi"}))
        .await
        .expect_problem(403, "banned");
    let unban = service.request(Method::DELETE, Host, "host", "/rooms/room/bans/bob");
    Reply::to(unban).await.expect(201);
    service.put(Viewer, "bob", "/rooms/room/members/bob", json!({})).await.expect(201);
    let kick = json!({"user_id": "bob"});
    service.post(Host, "host", "/rooms/room/kicks", kick).await.expect(201);
    let owner = json!({"user_id": "host", "reason": "coup"});
    let owner = service.post(Assistant, "eve", "/rooms/room/kicks", owner).await;
    owner.expect_problem(403, "owner_immune");

    let events = room_events(&service.nats).await;
    let types: Vec<&str> = events.iter().skip(2).map(|event| event.data.type_name()).collect();
    assert_eq!(types, ["user_banned", "user_unbanned", "room_joined", "user_kicked"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_mode_and_mute_all_let_those_who_run_the_room_talk() {
    let service = Service::with_room().await;
    let hi = || json!({"text": "hi"});
    let slow = json!({"seconds": 600});
    service.put(Host, "host", "/rooms/room/slow-mode", slow.clone()).await.expect(201);
    service.put(Host, "host", "/rooms/room/slow-mode", slow).await.expect(200);
    service.post(Viewer, "ann", MESSAGES, hi()).await.expect(201);
    let waits = service.post(Viewer, "ann", MESSAGES, hi()).await.expect_problem(429, "slow_mode");
    assert!((1..=600).contains(&waits["seconds_left"].as_u64().unwrap()), "{waits}");
    for _ in 0..2 {
        service.post(Host, "host", MESSAGES, hi()).await.expect(201);
    }

    let on = json!({"on": true, "allow": ["bob"]});
    service.put(Host, "host", "/rooms/room/mute-all", on).await.expect(201);
    service.post(Viewer, "cid", MESSAGES, hi()).await.expect_problem(403, "all_muted");
    service.post(Viewer, "bob", MESSAGES, hi()).await.expect(201);
    service.post(Viewer, "cid", "/rooms/room/likes", json!({"count": 1})).await.expect(201);
    service.put(Host, "host", "/rooms/room/mute-all", json!({"on": false})).await.expect(201);
    service.post(Viewer, "cid", MESSAGES, hi()).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_appointed_viewer_announces_until_they_are_dismissed() {
    let service = Service::with_room().await;
    let announce = |text: &'static str| {
        service.put(Viewer, "ann", "/rooms/room/announcement", json!({ "text": text }))
    };
    announce("hello").await.expect_problem(403, "not_allowed");
    let appoint = service.request(Method::PUT, Host, "host", "/rooms/room/assistants/ann");
    Reply::to(appoint).await.expect(201);
    announce("hello").await.expect(201);
    announce("hello").await.expect(200);
    announce("").await.expect(201);
    let long = json!({"text": "x".repeat(241)});
    let long = service.put(Viewer, "ann", "/rooms/room/introduction", long).await;
    assert_eq!(long.expect_problem(422, "text_too_long")["bytes_max"], 240);
    let text = json!({"text": "x".repeat(240)});
    service.put(Viewer, "ann", "/rooms/room/introduction", text).await.expect(201);
    let dismiss = service.request(Method::DELETE, Host, "host", "/rooms/room/assistants/ann");
    Reply::to(dismiss).await.expect(201);
    announce("again").await.expect_problem(403, "not_allowed");
}
