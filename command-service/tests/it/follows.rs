//! Following a host, and telling all rooms, through HTTP.

use domain::actor::Role::{Admin, Host, Viewer};
use reqwest::Method;
use serde_json::json;

use crate::http_stage::{Reply, Service};
use crate::stage::room_events;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_follows_and_stops_and_the_host_does_not_follow_themselves() {
    let service = Service::with_room().await;
    let of = |method, user: &'static str, whom: &str| {
        let role = if user == "host" { Host } else { Viewer };
        let path = format!("/rooms/room/followers/{whom}");
        Reply::to(service.request(method, role, user, &path))
    };
    of(Method::PUT, "ann", "ann").await.expect(201);
    // Nobody answers for the read model: what was decided a moment ago is known all the same.
    of(Method::PUT, "ann", "ann").await.expect(200);
    of(Method::DELETE, "ann", "ann").await.expect(201);
    of(Method::DELETE, "ann", "ann").await.expect(200);
    of(Method::PUT, "ann", "bob").await.expect_problem(403, "on_behalf_of_refused");
    of(Method::PUT, "host", "host").await.expect_problem(403, "not_allowed");

    let events = room_events(&service.nats).await;
    let types: Vec<&str> = events.iter().skip(2).map(|event| event.data.type_name()).collect();
    assert_eq!(types, ["host_followed", "host_unfollowed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_tells_all_rooms_and_not_too_often() {
    let service = Service::with_room().await;
    let tell = |role| service.post(role, "shop", "/broadcasts", json!({"text": "sale!"}));
    assert!(tell(Admin).await.expect(201)["app_seq"].is_u64());
    tell(Host).await.expect_problem(403, "not_allowed");
    let empty = service.post(Admin, "shop", "/broadcasts", json!({})).await;
    empty.expect_problem(422, "text_empty");
    assert_eq!(room_events(&service.nats).await.len(), 2, "no room counts it");
}
