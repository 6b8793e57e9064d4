//! Rooms that are created: under whose id, for whom.

use bytes::Bytes;
use domain::actor::Role;
use domain::view::profile::{Profile, ProfileQuery};
use nats::service::RequestSubject;
use reqwest::Method;
use serde_json::json;

use crate::http_stage::{Reply, Service, new_key};
use crate::stage::app;

/// Answers like the query-service: `late` is not known at first.
async fn serve_profiles(service: &Service) {
    let subject = RequestSubject::Profiles(app());
    let mut requests = service.nats.serve_requests(subject).await.unwrap();
    tokio::spawn(async move {
        let mut late_is_asked_for = 0;
        while let Some(request) = requests.next().await {
            let query: ProfileQuery = serde_json::from_slice(&request.payload).unwrap();
            let mut profiles = Vec::new();
            for user_id in query.user_ids {
                late_is_asked_for += usize::from(user_id.as_str() == "late");
                let nick = match user_id.as_str() {
                    "host" => Some("Host".into()),
                    "late" if 3 < late_is_asked_for => Some("Late".into()),
                    _ => None,
                };
                profiles.push(Profile { user_id, nick, avatar: None, level: 1 });
            }
            let json = serde_json::to_vec(&profiles).unwrap();
            request.respond(Bytes::from(json)).await.unwrap();
        }
    });
}

#[tokio::test]
async fn the_owner_of_a_room_has_registered() {
    let service = Service::start().await;
    serve_profiles(&service).await;
    let room = |owner: &str| json!({"name": "Tea", "owner": owner});
    service.put(Role::Admin, "shop", "/rooms/a", room("host")).await.expect(201);
    service.put(Role::Admin, "shop", "/rooms/b", room("late")).await.expect(201);
    let refused = service.put(Role::Admin, "shop", "/rooms/c", room("nobody")).await;
    refused.expect_problem(409, "owner_not_registered");
    service
        .put(Role::Host, "nobody", "/rooms/c", room("nobody"))
        .await
        .expect_problem(409, "owner_not_registered");
    // Registered a moment ago, and known here before the read model knows.
    service.put(Role::Admin, "shop", "/users/new", json!({"nick": "New"})).await.expect(201);
    service.put(Role::Admin, "shop", "/rooms/c", room("new")).await.expect(201);
    // Nobody can say it themselves.
    let claimed = json!({"name": "Tea", "owner": "host", "owner_unregistered": true});
    service.put(Role::Admin, "shop", "/rooms/d", claimed).await.expect(201);
}

#[tokio::test]
async fn nobody_who_could_say_who_has_registered_is_no_obstacle() {
    let service = Service::start().await;
    let room = json!({"name": "Tea", "owner": "nobody"});
    service.put(Role::Admin, "shop", "/rooms/a", room).await.expect(201);
}

#[tokio::test]
async fn a_room_gets_an_id_and_the_same_command_gets_the_same() {
    let service = Service::start().await;
    let key = new_key();
    let create = async |key: &str, role: Role, user: &str| {
        let request = service.bare(Method::POST, "/rooms");
        let request = request.bearer_auth(crate::http_stage::token(role, user));
        let body = json!({"name": "Tea", "owner": "host", "kind": "tea"});
        Reply::to(request.header("idempotency-key", key).json(&body)).await
    };
    let first = create(&key, Role::Host, "host").await.expect(201);
    let again = create(&key, Role::Host, "host").await.expect(201);
    assert_eq!(first, again);
    let room_id = first["room_id"].as_str().unwrap();
    assert_eq!(room_id, format!("room-{key}"));
    let other = create(&new_key(), Role::Admin, "shop").await.expect(201);
    assert_ne!(other["room_id"], first["room_id"]);
    create(&new_key(), Role::Viewer, "host").await.expect_problem(403, "not_allowed");

    let live = json!({"status": "live"});
    let path = format!("/rooms/{room_id}/status");
    service.put(Role::Host, "host", &path, live).await.expect(201);
}
