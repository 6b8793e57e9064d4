//! What is particular to WebSocket: handshake, limits on what a client sends, pings, close codes.

use std::time::Duration;

use futures_util::StreamExt;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::harness::World;

#[tokio::test]
async fn a_client_that_cannot_use_subprotocols_needs_none() {
    let world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;

    let mut request = world.ws_request(&room, "");
    let bearer = format!("Bearer {}", world.token());
    request.headers_mut().insert("authorization", bearer.parse().unwrap());
    let (_, response) = connect_async(request).await.unwrap();
    assert!(!response.headers().contains_key("sec-websocket-protocol"));

    let mut request = world.ws_request(&room, "");
    let foreign = format!("other.v1, bearer.{}", world.token());
    request.headers_mut().insert("sec-websocket-protocol", foreign.parse().unwrap());
    let Err(Error::Http(response)) = connect_async(request).await else { panic!("refused") };
    assert_eq!(response.status(), 426);
    world.stop().await;
}

#[tokio::test]
async fn a_ping_is_answered_and_a_close_is_returned() {
    let world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    let mut ws = world.ws(&room, "").await;
    ws.json().await;

    ws.send(Message::Ping("are you there".into())).await.unwrap();
    assert_eq!(ws.socket.next().await.unwrap().unwrap(), Message::Pong("are you there".into()));
    world.say(&room, "still here").await;
    assert_eq!(ws.json().await["room_seq"], 3);

    let goodbye = CloseFrame { code: CloseCode::Normal, reason: "".into() };
    ws.socket.close(Some(goodbye)).await.unwrap();
    assert_eq!(ws.close().await.0, 1000);
    assert!(ws.socket.next().await.is_none());
    world.stop().await;
}

#[tokio::test]
async fn a_client_that_sends_too_much_is_closed() {
    let world = World::start_with(|config| {
        config.websocket.inbound_frames_per_s_max = 5;
        config.websocket.inbound_bytes_max = 1_000;
    })
    .await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;

    let mut flood = world.ws(&room, "").await;
    for _ in 0..6 {
        flood.send(Message::text("x")).await.unwrap();
    }
    assert_eq!(flood.close().await, (1008, "too_many_frames".to_owned()));

    let mut large = world.ws(&room, "").await;
    large.send(Message::text("x".repeat(1_000))).await.unwrap();
    large.send(Message::text("x".repeat(1_001))).await.unwrap();
    assert_eq!(large.close().await, (1009, "too_large".to_owned()));
    world.stop().await;
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_cut_off() {
    let world = World::start_with(|config| {
        config.hub.heartbeat_ms = 50;
        config.websocket.pong_timeout_ms = 200;
    })
    .await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;

    // A client that reads answers by itself.
    let mut alive = world.ws(&room, "").await;
    let reading = tokio::time::timeout(Duration::from_millis(600), async {
        while alive.socket.next().await.is_some_and(|message| message.is_ok()) {}
    });
    assert!(reading.await.is_err());

    let mut silent = world.ws(&room, "").await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    while let Some(Ok(message)) = silent.socket.next().await {
        assert!(!message.is_close(), "{message:?}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_page_opens_it_if_its_origin_may() {
    let shop = "https://shop.example";
    let world = World::start_with(|config| {
        config.http.cors_origins = vec![shop.to_owned().try_into().unwrap()];
    })
    .await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    for (origin, opens) in [(shop, true), ("https://evil.example", false)] {
        let mut request = world.ws_request(&room, "");
        let cookie = format!("matinee_token={}", world.token());
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        request.headers_mut().insert("origin", origin.parse().unwrap());
        match connect_async(request).await {
            Ok(_) => assert!(opens, "{origin}"),
            Err(Error::Http(response)) => {
                assert_eq!((opens, response.status().as_u16()), (false, 403));
            }
            Err(error) => panic!("{error}"),
        }
    }
    // A stream says the same as every answer, although it is written by another hand.
    let stream = world.http.get(world.url("rooms/room-1/stream")).bearer_auth(world.token());
    let stream = stream.header("origin", shop).send().await.unwrap();
    assert_eq!(stream.headers()["access-control-allow-origin"], shop);
    assert_eq!(stream.headers()["access-control-allow-credentials"], "true");
    world.stop().await;
}
