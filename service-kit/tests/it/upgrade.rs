//! A connection that becomes something else than HTTP, as a WebSocket does.

use std::time::Duration;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use service_kit::http::{self, HttpConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use warp::Filter;
use warp::http::{Response, StatusCode};

use crate::server::{LIMIT, RawClient, Server};

#[tokio::test]
async fn an_upgraded_connection_belongs_to_the_route_and_still_counts() {
    let config = HttpConfig {
        connections_max: 1,
        keep_alive_ms: 100,
        header_timeout_ms: 100,
        ..HttpConfig::default()
    };
    let close = CancellationToken::new();
    let server = start(&config, close.clone());
    let mut client = server.connect().await;
    client
        .send("GET /echo HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
        .await;
    assert_eq!(client.answer().await.0, 101);

    // No timeout of HTTP applies to it.
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(echo(&mut client).await, "ping");
    let mut other = server.connect().await;
    other.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(other.answer().await.0, 503);

    // The service waits for it when it stops; the route ends it.
    server.tasks.shut_down();
    assert_eq!(echo(&mut client).await, "ping");
    assert!(server.tasks.wait(Duration::from_millis(100)).await.is_err());
    close.cancel();
    assert_eq!(client.rest().await, "");
}

async fn echo(client: &mut RawClient) -> String {
    client.send("ping").await;
    let mut bytes = [0; 4];
    let read = tokio::time::timeout(LIMIT, client.0.read_exact(&mut bytes)).await;
    read.unwrap().unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn start(config: &HttpConfig, close: CancellationToken) -> Server {
    let echo = warp::path("echo").and(http::get()).and(warp::ext::get::<OnUpgrade>()).map(
        move |upgrade: OnUpgrade| {
            let close = close.clone();
            tokio::spawn(async move {
                let mut stream = TokioIo::new(upgrade.await.unwrap());
                let mut bytes = [0; 4];
                loop {
                    tokio::select! {
                        read = stream.read_exact(&mut bytes) => { read.unwrap(); }
                        () = close.cancelled() => return,
                    }
                    stream.write_all(&bytes).await.unwrap();
                }
            });
            Response::builder()
                .status(StatusCode::SWITCHING_PROTOCOLS)
                .header("connection", "upgrade")
                .header("upgrade", "echo")
                .body("")
        },
    );
    Server::start(config, echo)
}
