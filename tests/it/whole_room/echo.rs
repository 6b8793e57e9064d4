//! Point 4: the sender's echo and everybody else's frame are the same bytes, on both transports and in
//! the history, and have one shape whatever happened.

use futures_util::{SinkExt, StreamExt};
use harness::http::Caller;
use serde_json::{Value, json};
use service_kit::clock;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{LIMIT, Stage, done, shown};

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

const FIELDS: [&str; 10] =
    ["type", "user_id", "nick", "avatar", "level", "value", "room_seq", "at", "priority", "data"];

pub(super) async fn chapter(stage: &Stage) {
    let Stage { shop, host, ann, bob, .. } = stage;
    let face = json!({"nick": "Ann 安", "avatar": "https://img.example/ann.png"});
    done(shop.put("/users/ann", &face).await);
    done(shop.put("/gifts/lily", &json!({"name": "lily", "unit_price": 3})).await);
    stage.live_room("echo").await;
    let (own, others) = (ann.watch("echo").await, bob.watch("echo").await);
    let mut socket = socket(ann, "echo").await;

    // Over the WebSocket itself, and as requests.
    let id = clock::new_command_id().to_string();
    let command = json!({"id": id, "command": {"type": "send_message", "text": "over the socket"}});
    socket.send(Message::text(command.to_string())).await.unwrap();
    let room = |path: &str| format!("/rooms/echo/{path}");
    let custom = json!({"data": "wave", "description": "waves", "extension": ""});
    let lilies = json!({"gift_id": "lily", "count": 2});
    let mut sent = vec![
        done(ann.post(&room("messages"), &json!({"text": "hello"})).await),
        done(ann.post(&room("custom-messages"), &custom).await),
        done(ann.post(&room("gifts"), &lilies).await),
        done(ann.put(&room("followers/ann"), &json!({})).await),
        done(host.put(&room("announcement"), &json!({"text": "sale"})).await),
        done(host.put(&room("mutes/bob"), &json!({"seconds": 1})).await),
    ];
    let trusted = shop.in_the_name_of("ann");
    let paid = json!({"text": "look", "amount": 5, "pinned_s": 10});
    sent.push(done(trusted.post(&room("paid-messages"), &paid).await));
    let last = sent.last().unwrap().clone();
    let history = shown(bob, "/rooms/echo/feed?limit=100", &last).await;
    let items = history["items"].as_array().unwrap();

    let (mut frames, mut answer) = (vec![], None);
    while !frames.iter().any(|frame: &Value| frame["room_seq"] == last["room_seq"]) {
        let message = timeout(LIMIT, socket.next()).await.unwrap().unwrap().unwrap();
        let Message::Text(text) = message else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        if frame["type"] == "answer" { answer = Some(frame) } else { frames.push(frame) }
    }
    let answer = answer.unwrap();
    assert_eq!((&answer["id"], &answer["status"]), (&json!(id), &json!(201)), "{answer}");
    sent.push(answer["body"].clone());

    for sent in &sent {
        let is_it = |frame: &Value| frame["room_seq"] == sent["room_seq"];
        let echo = own.until("the echo", is_it).await;
        assert_eq!(echo, others.until("the frame of the others", is_it).await);
        assert_eq!(Some(&echo), frames.iter().find(|frame| is_it(frame)));
        assert_eq!(Some(&echo), items.iter().find(|item| is_it(item)));
        for field in FIELDS {
            assert!(echo.get(field).is_some(), "no {field}: {echo}");
        }
        let (user, nick, avatar) = (&echo["user_id"], &echo["nick"], &echo["avatar"]);
        if user == "ann" {
            assert_eq!((nick, avatar), (&face["nick"], &face["avatar"]), "also of one's own");
        }
        assert!(echo["level"].is_u64() && echo["at"] == sent["at"], "{echo}");
    }
    let values: Vec<&Value> = items.iter().rev().take(7).rev().map(|item| &item["value"]).collect();
    let values: Vec<Value> = values.into_iter().cloned().collect();
    for value in [json!("wave"), json!(2), json!("host"), json!("sale"), json!("bob")] {
        assert!(values.contains(&value), "{value} in {values:?}");
    }
}

async fn socket(who: &Caller, room: &str) -> Socket {
    let url = format!("{}/rooms/{room}/ws?last_event_id=0", who.query_url());
    let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
    let bearer = format!("Bearer {}", who.token());
    request.headers_mut().insert("authorization", bearer.parse().unwrap());
    connect_async(request).await.unwrap().0
}
