//! A route that takes its connection over and answers by itself.

use std::time::Duration;

use service_kit::http::{self, HttpConfig, Socket};
use warp::Filter;

use crate::server::Server;

fn start(config: &HttpConfig) -> Server {
    let take = warp::path("take").and(http::get()).and(warp::ext::get::<Socket>()).map(
        |socket: Socket| {
            assert!(socket.take_over());
            tokio::spawn(async move {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\ntaken";
                assert_eq!(socket.try_write(answer).unwrap(), answer.len());
                tokio::time::sleep(Duration::from_millis(300)).await;
                socket.try_write(b", late").unwrap();
            });
            "not sent"
        },
    );
    let plain = warp::path("plain").and(http::get()).map(|| "plain");
    Server::start(config, take.or(plain))
}

#[tokio::test]
async fn a_route_takes_its_connection_over_and_it_still_counts() {
    let config = HttpConfig { connections_max: 1, keep_alive_ms: 100, ..HttpConfig::default() };
    let server = start(&config);
    let mut client = server.connect().await;
    // Not only the first request of a connection can be one that takes it.
    client.send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(client.answer().await.0, 200);
    client.send("GET /take HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let (status, body) = client.answer().await;
    assert_eq!((status, body.as_str()), (200, "taken"));

    let mut other = server.connect().await;
    other.send("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(other.answer().await.0, 503);

    // The service waits for it when it stops, and no timeout of HTTP applies to it.
    server.tasks.shut_down();
    assert!(server.tasks.wait(Duration::from_millis(100)).await.is_err());
    assert_eq!(client.rest().await, ", late");
}
