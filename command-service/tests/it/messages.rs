//! Messages that are taken back or pinned, and the life of a room, through HTTP.

use domain::actor::Role::{Admin, Host, Viewer};
use reqwest::Method;
use serde_json::json;

use crate::http_stage::{Reply, Service};
use crate::stage::room_events;

const MESSAGES: &str = "/rooms/room/messages";

async fn delete(service: &Service, who: (domain::actor::Role, &str), path: &str) -> Reply {
    Reply::to(service.request(Method::DELETE, who.0, who.1, path)).await
}

async fn put(service: &Service, who: (domain::actor::Role, &str), path: &str) -> Reply {
    Reply::to(service.request(Method::PUT, who.0, who.1, path)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_recalled_by_its_sender_and_a_pin_goes_with_it() {
    let service = Service::with_room().await;
    let sent = service.post(Viewer, "ann", MESSAGES, json!({"text": "oops"})).await.expect(201);
    assert_eq!(sent["room_seq"], 3);
    let (host, ann, bob) = ((Host, "host"), (Viewer, "ann"), (Viewer, "bob"));
    put(&service, bob, "/rooms/room/pins/3").await.expect_problem(403, "not_allowed");
    put(&service, host, "/rooms/room/pins/3").await.expect(201);
    put(&service, host, "/rooms/room/pins/3").await.expect(200);
    put(&service, host, "/rooms/room/pins/1").await.expect_problem(404, "message_not_found");
    delete(&service, bob, "/rooms/room/messages/3").await.expect_problem(403, "not_allowed");
    delete(&service, ann, "/rooms/room/messages/3").await.expect(201);
    delete(&service, ann, "/rooms/room/messages/3").await.expect(200);
    delete(&service, host, "/rooms/room/pins/3").await.expect(200);
    delete(&service, host, "/rooms/room/messages/2").await.expect_problem(404, "message_not_found");
    delete(&service, host, "/rooms/room/messages/x").await.expect_problem(400, "invalid_id");

    let events = room_events(&service.nats).await;
    let types: Vec<&str> = events.iter().skip(2).map(|event| event.data.type_name()).collect();
    assert_eq!(types, ["message_sent", "message_pinned", "message_recalled"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_is_archived_once_and_for_ever_when_its_show_is_over() {
    let service = Service::with_room().await;
    let host = (Host, "host");
    let profile = json!({"name": "Late tea", "kind": "tea"});
    service.put(Host, "host", "/rooms/room/profile", profile.clone()).await.expect(201);
    service.put(Host, "host", "/rooms/room/profile", profile).await.expect(200);
    put(&service, host, "/rooms/room/archive").await.expect_problem(409, "room_still_open");
    service.put(Host, "host", "/rooms/room/status", json!({"status": "ended"})).await.expect(201);
    put(&service, (Viewer, "ann"), "/rooms/room/archive").await.expect_problem(403, "not_allowed");
    put(&service, host, "/rooms/room/archive").await.expect(201);
    put(&service, host, "/rooms/room/archive").await.expect(200);

    let room = json!({"name": "Tea", "owner": "host"});
    let again = service.put(Admin, "shop", "/rooms/room", room).await;
    again.expect_problem(409, "room_archived");
    let replay = service.put(Host, "host", "/rooms/room/status", json!({"status": "replay"})).await;
    replay.expect_problem(409, "room_archived");
}
