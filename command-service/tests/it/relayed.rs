//! Commands that the query-service relays from its `WebSocket` connections: the same answers as to requests.

use std::time::Duration;

use bytes::Bytes;
use domain::actor::Role;
use nats::{RequestError, RequestSubject};
use serde_json::{Value, json};
use service_kit::auth::sign;
use service_kit::clock;

use crate::http_stage::{Service, claims, key, new_key, token};

const WAIT: Duration = Duration::from_secs(5);

async fn relay(service: &Service, token: &str, id: Option<&str>, command: Value) -> (u64, Value) {
    let relayed = json!({
        "app": "shop", "room_id": "room", "token": token, "id": id, "command": command,
    });
    let payload = Bytes::from(relayed.to_string());
    let answer = service.nats.request(RequestSubject::Gateway, payload, WAIT).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    (answer["status"].as_u64().unwrap(), answer["body"].clone())
}

fn hello() -> Value {
    json!({ "type": "send_message", "text": "hello" })
}

#[tokio::test]
async fn a_relayed_command_is_answered_as_a_request_is_and_once() {
    let service = Service::with_room().await;
    let (ann, id) = (token(Role::Viewer, "ann"), new_key());
    let (status, first) = relay(&service, &ann, Some(&id), hello()).await;
    assert_eq!((status, &first["outcome"]), (201, &json!("accepted")));
    assert_eq!(relay(&service, &ann, Some(&id), hello()).await, (201, first.clone()));

    // The same id as a request is the same command.
    let request = service.bare(reqwest::Method::POST, "/rooms/room/messages");
    let request = request.bearer_auth(&ann).header("Idempotency-Key", &id);
    let response = request.json(&json!({ "text": "hello" })).send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.json::<Value>().await.unwrap(), first);
}

#[tokio::test]
async fn a_relayed_command_is_refused_as_a_request_is() {
    let service = Service::with_room().await;
    let ann = token(Role::Viewer, "ann");
    let mut expired = claims(Role::Viewer, "ann");
    expired.exp = clock::now().0 / 1_000 - 3_600;
    let expired = sign(&key(), &expired).unwrap();
    let mut elsewhere = claims(Role::Viewer, "ann");
    elsewhere.rooms = Some(["other".parse().unwrap()].into());
    let elsewhere = sign(&key(), &elsewhere).unwrap();
    let id = new_key();
    let id = Some(id.as_str());
    let mute = json!({ "type": "mute_user", "user_id": "bob", "seconds": 60 });
    for (token, id, command, status, code) in [
        (expired.as_str(), id, hello(), 401, "token_expired"),
        ("nonsense", id, hello(), 401, "token_malformed"),
        (&elsewhere, id, hello(), 403, "room_not_in_token"),
        (&ann, None, hello(), 400, "idempotency_key_missing"),
        (&ann, Some("x"), hello(), 400, "idempotency_key_invalid"),
        (&ann, id, json!({ "type": "send_message" }), 422, "invalid_body"),
        (&ann, id, json!({ "type": "send_message", "text": "a", "b": 1 }), 422, "unknown_field"),
        (&ann, id, json!({ "type": "dance" }), 422, "invalid_body"),
        (&ann, id, mute, 403, "not_allowed"),
    ] {
        let (got, problem) = relay(&service, token, id, command.clone()).await;
        assert_eq!(got, status, "{command}: {problem}");
        assert_eq!(problem["type"], format!("/problems/{code}"), "{command}");
    }
}

#[tokio::test]
async fn what_is_no_relayed_command_gets_no_answer() {
    let service = Service::with_room().await;
    let (ann, id) = (token(Role::Viewer, "ann"), new_key());
    assert_eq!(relay(&service, &ann, Some(&id), hello()).await.0, 201);
    let payload = Bytes::from_static(b"{}");
    let wait = Duration::from_millis(200);
    let answer = service.nats.request(RequestSubject::Gateway, payload, wait).await;
    assert!(matches!(answer, Err(RequestError::TimedOut)), "{answer:?}");
}
