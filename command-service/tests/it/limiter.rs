//! Who sends too much is told so, and by how much, through HTTP.

use command_service::sequencer::limiter::config::LimiterConfig;
use domain::actor::Role::{Admin, Host, Viewer};
use reqwest::Method;
use serde_json::json;

use crate::http_stage::{Reply, Service, new_key};
use crate::stage::room_events;

const MESSAGES: &str = "/rooms/room/messages";

async fn service(limiter: LimiterConfig) -> Service {
    Service::start_with(limiter).await.and_a_room().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_above_the_room_rate_is_shed_and_what_changes_the_room_is_not() {
    // So slow a room that this test is over before it takes another message.
    let off = LimiterConfig::off();
    let limits =
        LimiterConfig { room_messages_per_s: 1, room_high_reserve_per_s: 1, user_likes: 5, ..off };
    let service = service(limits).await;
    let hi = || json!({"text": "hi"});
    let mut shed = None;
    for _ in 0..20 {
        let reply = service.post(Viewer, "ann", MESSAGES, hi()).await;
        if reply.status != 201 {
            shed = Some(reply.expect_problem(429, "shed"));
            break;
        }
    }
    let shed = shed.expect("20 messages are more than one a second");
    assert_eq!((&shed["class"], &shed["reason"]), (&json!("normal"), &json!("room_rate")));
    assert_eq!(shed["retry_after_s"], 1);

    service.post(Admin, "shop", MESSAGES, hi()).await.expect(201);
    let text = json!({"text": "look here"});
    service.put(Host, "host", "/rooms/room/announcement", text).await.expect(201);
    service.post(Viewer, "ann", "/rooms/room/likes", json!({"count": 5})).await.expect(201);
    let likes = service.post(Viewer, "ann", "/rooms/room/likes", json!({"count": 1})).await;
    assert_eq!(likes.expect_problem(429, "shed")["reason"], "user_likes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_shed_is_accepted_with_the_same_key_once_the_time_is_over() {
    let off = LimiterConfig::off();
    let limits = LimiterConfig { user_messages: 1, user_messages_window_ms: 2_000, ..off };
    let service = service(limits).await;
    let send = |key: &str, text: &str| {
        let request = service.bare(Method::POST, MESSAGES);
        let request = request.bearer_auth(crate::http_stage::token(Viewer, "ann"));
        Reply::to(request.header("idempotency-key", key).json(&json!({ "text": text })))
    };
    send(&new_key(), "first").await.expect(201);
    let key = new_key();
    let shed = send(&key, "second").await.expect_problem(429, "shed");
    assert_eq!(shed["reason"], "user_messages");
    let seconds = shed["retry_after_s"].as_u64().unwrap();
    assert!((1..=2).contains(&seconds), "{shed}");
    tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
    send(&key, "second").await.expect(201);
    send(&key, "second").await.expect(201);
    assert_eq!(room_events(&service.nats).await.len(), 4, "created, live, first, second");
}
