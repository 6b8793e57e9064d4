//! Promise 3 from outside: the program is killed while clients listen over SSE and WebSocket, and each
//! of them gets every item of the room once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::actor::Role;
use futures_util::StreamExt;
use harness::{Cluster, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const LIMIT: Duration = Duration::from_mins(1);
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// What a client has so far, and how often it had to come back.
#[derive(Debug, Default)]
struct Kept {
    room_seq: AtomicU64,
    connections: AtomicU64,
}

impl Kept {
    fn room_seq(&self) -> u64 {
        self.room_seq.load(Ordering::Relaxed)
    }

    fn take(&self, frame: &Value) {
        let Some(room_seq) = frame["room_seq"].as_u64() else { return };
        let last = self.room_seq();
        match frame["type"].as_str().unwrap() {
            "resumed" => assert_eq!(room_seq, last, "{frame}"),
            "snapshot" => {
                assert_eq!(last, 0, "only at first: {frame}");
                self.room_seq.store(room_seq, Ordering::Relaxed);
            }
            "bye" => {}
            _ => {
                let first = frame["from_seq"].as_u64().unwrap_or(room_seq);
                assert_eq!(first, last + 1, "{frame}");
                self.room_seq.store(room_seq, Ordering::Relaxed);
            }
        }
    }
}

async fn sse(url: &str, token: &str, kept: &Kept) -> Option<()> {
    let mut request = reqwest::Client::new().get(format!("{url}/stream")).bearer_auth(token);
    if 0 < kept.room_seq() {
        request = request.header("Last-Event-ID", kept.room_seq());
    }
    let mut response = request.send().await.ok()?.error_for_status().ok()?;
    kept.connections.fetch_add(1, Ordering::Relaxed);
    let mut text = Vec::new();
    loop {
        text.extend_from_slice(&response.chunk().await.ok()??);
        while let Some(end) = text.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            let event = String::from_utf8(event).unwrap();
            if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                kept.take(&serde_json::from_str(data).unwrap());
            }
        }
    }
}

async fn ws(url: &str, token: &str, kept: &Kept) -> Option<()> {
    let last = kept.room_seq();
    let query = if last == 0 { String::new() } else { format!("?last_event_id={last}") };
    let url = format!("{url}/ws{query}").replacen("http", "ws", 1);
    let mut request = url.into_client_request().unwrap();
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    let (mut socket, _) = connect_async(request).await.ok()?;
    kept.connections.fetch_add(1, Ordering::Relaxed);
    loop {
        let message = socket.next().await?.ok()?;
        if message.is_text() {
            kept.take(&serde_json::from_str(&message.into_text().unwrap()).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_a_process_that_is_killed_miss_nothing_and_get_nothing_twice() {
    let mut cluster = Cluster::start().await;
    let room = json!({"name": "Tea", "owner": "host"});
    let host = cluster.caller("host", Role::Host);
    assert_eq!(host.command(Method::PUT, "/rooms/tea", &room).await.0, 201);
    let target = cluster.target();
    let url = format!("{}/v1/apps/{}/rooms/tea", target.query_url, target.app());
    let token = target.tokens.sign(&"ann".parse().unwrap(), Role::Viewer).unwrap();

    let kept: &[Kept; 4] = Box::leak(Box::default());
    let clients: Vec<_> = kept
        .iter()
        .zip([true, true, false, false])
        .map(|(kept, is_sse)| {
            let (url, token) = (url.clone(), token.clone());
            tokio::spawn(async move {
                loop {
                    // Nobody answers while the process is down.
                    if is_sse {
                        sse(&url, &token, kept).await;
                    } else {
                        ws(&url, &token, kept).await;
                    }
                    tokio::time::sleep(BETWEEN_TRIES).await;
                }
            })
        })
        .collect();
    let all = async |what: &str, room_seq: u64| {
        eventually(what, LIMIT, async || {
            kept.iter().all(|kept| room_seq <= kept.room_seq()).then_some(())
        })
        .await;
    };
    all("clients listen", 1).await;

    let mut room_seq = 0;
    for round in 0..4 {
        let ann = cluster.caller("host", Role::Host);
        for n in 0..40 {
            let body = json!({"text": format!("message {round} {n}")});
            let (status, answer) = ann.command(Method::POST, "/rooms/tea/messages", &body).await;
            assert_eq!(status, 201, "{answer}");
            room_seq = answer["room_seq"].as_u64().unwrap();
        }
        // While they are still being served, but for the last round.
        if round < 3 {
            cluster.kill9();
            cluster.restart().await;
        }
    }
    all("clients have everything", room_seq).await;

    for client in clients {
        client.abort();
        assert!(client.await.unwrap_err().is_cancelled(), "a client has found a hole");
    }
    for kept in kept {
        assert_eq!(kept.room_seq(), room_seq);
        assert!(4 <= kept.connections.load(Ordering::Relaxed), "{kept:?}");
    }
    cluster.stop().await;
}
