//! What a client sends over its WebSocket: commands on their way to the command side, and new tokens.

use std::time::Duration;

use bytes::Bytes;
use domain::actor::Role;
use domain::ids::RoomId;
use nats::{RequestSubject, Requests};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::harness::World;
use crate::harness::ws::Ws;

async fn start() -> (World, RoomId) {
    let world = World::start_with(|config| {
        config.websocket.commands_in_flight_max = 2;
        config.websocket.command_timeout_ms = 500;
        config.websocket.token_warning_ms = 1_000;
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    (world, room)
}

async fn open(world: &World, room: &RoomId, token: &str) -> Ws {
    let mut ws = world.ws_with(room, "", token).await;
    assert_eq!(ws.json().await["type"], "snapshot");
    ws
}

async fn say(ws: &mut Ws, frame: Value) {
    ws.send(Message::text(frame.to_string())).await.unwrap();
}

fn command(id: &str) -> Value {
    json!({ "id": id, "command": { "type": "send_message", "text": "hé \"you\"" } })
}

/// The command side, as this service sees it: answers each command with what came.
async fn echo(mut requests: Requests) {
    while let Some(request) = requests.next().await {
        let body: Value = serde_json::from_slice(&request.payload).unwrap();
        let answer = json!({ "status": 201, "body": body }).to_string();
        request.respond(Bytes::from(answer)).await.unwrap();
    }
}

#[tokio::test]
async fn a_command_is_relayed_with_its_token_and_answered_under_its_id() {
    let (world, room) = start().await;
    let token = world.token();
    let mut ws = open(&world, &room, &token).await;

    say(&mut ws, command("nobody")).await;
    let answer = ws.json().await;
    assert_eq!((&answer["id"], &answer["status"]), (&json!("nobody"), &json!(503)));
    assert_eq!(answer["body"]["type"], "/problems/log_unavailable");

    let requests = world.nats.serve_requests(RequestSubject::Gateway).await.unwrap();
    let echo = tokio::spawn(echo(requests));
    say(&mut ws, command("one")).await;
    let answer = ws.json().await;
    assert_eq!((&answer["type"], &answer["id"]), (&json!("answer"), &json!("one")));
    assert_eq!(answer["status"], 201);
    let relayed = json!({
        "app": "shop", "room_id": "room-1", "token": token, "id": "one",
        "command": { "type": "send_message", "text": "hé \"you\"" },
    });
    assert_eq!(answer["body"], relayed);

    // A frame without an id goes on, too: the command side says what is wrong with it.
    say(&mut ws, json!({ "command": {} })).await;
    assert_eq!(ws.json().await["body"]["id"], json!(null));
    echo.abort();
    world.stop().await;
}

#[tokio::test]
async fn so_many_commands_wait_for_their_answers() {
    let (world, room) = start().await;
    let mut requests = world.nats.serve_requests(RequestSubject::Gateway).await.unwrap();
    let mut ws = open(&world, &room, &world.token()).await;
    for id in ["one", "two", "three"] {
        say(&mut ws, command(id)).await;
    }
    let refused = ws.json().await;
    assert_eq!((&refused["id"], &refused["status"]), (&json!("three"), &json!(429)));
    assert_eq!(refused["body"]["type"], "/problems/too_many_in_flight");

    // The second is answered first, the first never: nobody knows. Items come meanwhile.
    let _first = requests.next().await.unwrap();
    let second = requests.next().await.unwrap();
    let answer = json!({ "status": 200, "body": { "outcome": "already_so" } }).to_string();
    second.respond(Bytes::from(answer)).await.unwrap();
    let done = json!({ "type": "answer", "id": "two", "status": 200,
        "body": { "outcome": "already_so" } });
    assert_eq!(ws.json().await, done);
    world.say(&room, "meanwhile").await;
    assert_eq!(ws.json().await["room_seq"], 2);
    let unknown = ws.json().await;
    assert_eq!((&unknown["id"], &unknown["status"]), (&json!("one"), &json!(503)));

    say(&mut ws, command("four")).await;
    let fourth: Value = serde_json::from_slice(&requests.next().await.unwrap().payload).unwrap();
    assert_eq!(fourth["id"], "four");
    world.stop().await;
}

#[tokio::test]
async fn a_frame_that_is_neither_command_nor_refresh_is_refused_and_the_stream_goes_on() {
    let (world, room) = start().await;
    let mut ws = open(&world, &room, &world.token()).await;
    for (frame, code) in [
        ("", "malformed_json"),
        ("hello", "malformed_json"),
        ("[]", "invalid_body"),
        ("{}", "invalid_frame"),
        (r#"{"id":"x","command":{},"more":1}"#, "unknown_field"),
        (r#"{"id":"x","command":{},"token":"t"}"#, "invalid_frame"),
        (r#"{"type":"dance","id":"x"}"#, "invalid_frame"),
        (r#"{"type":"refresh","token":"no token"}"#, "token_malformed"),
    ] {
        ws.send(Message::text(frame)).await.unwrap();
        let answer = ws.json().await;
        assert_eq!(answer["body"]["type"], format!("/problems/{code}"), "{frame}");
    }
    ws.send(Message::binary(b"{}".to_vec())).await.unwrap();
    assert_eq!(ws.json().await["status"], 422);
    world.say(&room, "still here").await;
    assert_eq!(ws.json().await["room_seq"], 2);
    ws.send(Message::binary(vec![0xff])).await.unwrap();
    assert_eq!(ws.close().await.0, 1007);
    world.stop().await;
}

#[tokio::test]
async fn a_stream_lasts_as_long_as_the_newest_token_of_its_user() {
    let (world, room) = start().await;
    let mut ws = open(&world, &room, &world.token_for(Role::Viewer, 3)).await;
    let mut other = open(&world, &room, &world.token_for(Role::Viewer, 3)).await;

    let warning = ws.json().await;
    assert_eq!(warning["type"], "token_expires");
    for (token, status, code) in [
        (world.token_of("bob", Role::Viewer), 403, "token_other_user"),
        (world.token_for(Role::Viewer, -5), 401, "token_expired"),
        (world.token_for_rooms(&["room-2"]), 403, "room_not_in_token"),
    ] {
        say(&mut ws, json!({ "type": "refresh", "id": "r", "token": token })).await;
        let answer = ws.json().await;
        assert_eq!((&answer["id"], &answer["status"]), (&json!("r"), &json!(status)));
        assert_eq!(answer["body"]["type"], format!("/problems/{code}"));
    }
    let token = world.token_for(Role::Viewer, 5);
    say(&mut ws, json!({ "type": "refresh", "token": token })).await;
    let answer = ws.json().await;
    assert_eq!((&answer["status"], &answer["body"]["outcome"]), (&json!(200), &json!("refreshed")));
    let (new, old) = (&answer["body"]["expires_at"], &warning["expires_at"]);
    assert!(old.as_u64() < new.as_u64(), "{old} {new}");

    assert_eq!(other.json().await["type"], "token_expires");
    assert_eq!(other.close().await, (4001, "token_expired".to_owned()));
    world.say(&room, "still here").await;
    assert_eq!(ws.json().await["room_seq"], 2);
    assert_eq!(ws.json().await["type"], "token_expires");
    assert_eq!(ws.close().await, (4001, "token_expired".to_owned()));
    world.stop().await;
}

#[tokio::test]
async fn a_connection_with_a_cookie_reads_until_it_brings_a_token() {
    let (world, room) = start().await;
    let requests = world.nats.serve_requests(RequestSubject::Gateway).await.unwrap();
    let echo = tokio::spawn(echo(requests));
    let mut request = world.ws_request(&room, "");
    let cookie = format!("matinee_token={}", world.token());
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    let (socket, _) = connect_async(request).await.unwrap();
    let mut ws = Ws { socket, protocol: None };
    assert_eq!(ws.json().await["type"], "snapshot");

    say(&mut ws, command("one")).await;
    let refused = ws.json().await;
    assert_eq!((&refused["id"], &refused["status"]), (&json!("one"), &json!(403)));
    assert_eq!(refused["body"]["type"], "/problems/not_allowed");
    say(&mut ws, json!({ "type": "refresh", "token": world.token() })).await;
    assert_eq!(ws.json().await["status"], 200);
    say(&mut ws, command("one")).await;
    assert_eq!(ws.json().await["status"], 201);
    tokio::time::sleep(Duration::from_millis(1)).await;
    echo.abort();
    world.stop().await;
}
