//! How a service stops.

use std::time::{Duration, Instant};

use service_kit::http::{self, HttpConfig};
use tokio::net::TcpStream;
use warp::{Filter, Reply};

use crate::server::{LIMIT, Server};

const ANSWER_AFTER: Duration = Duration::from_millis(300);

#[tokio::test]
async fn open_requests_get_their_answer_and_new_ones_none() {
    let server = start(HttpConfig::default());
    let mut busy = server.connect().await;
    busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut idle = server.connect().await;
    idle.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(idle.answer().await.0, 200);
    tokio::time::sleep(Duration::from_millis(50)).await;

    server.tasks.shut_down();
    assert_eq!(idle.rest().await, "");
    assert!(TcpStream::connect(server.address).await.is_err());
    assert_eq!(busy.answer().await, (200, "slow".to_owned()));
    assert_eq!(busy.rest().await, "");
    assert_eq!(server.tasks.wait(LIMIT).await, Ok(()));
}

#[tokio::test]
async fn what_does_not_end_is_closed_after_the_drain_time() {
    let server = start(HttpConfig { drain_ms: 200, ..HttpConfig::default() });
    let mut client = server.connect().await;
    client.send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(50)).await;

    let begin = Instant::now();
    server.tasks.shut_down();
    assert_eq!(client.rest().await, "");
    assert_eq!(server.tasks.wait(LIMIT).await, Ok(()));
    let took = begin.elapsed();
    assert!(Duration::from_millis(150) < took && took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn a_connection_that_has_said_nothing_does_not_delay_the_end() {
    let server = start(HttpConfig::default());
    let mut silent = server.connect().await;
    let mut half = server.connect().await;
    half.send("PRI * HT").await;
    tokio::time::sleep(Duration::from_millis(50)).await;

    let begin = Instant::now();
    server.tasks.shut_down();
    assert_eq!(silent.rest().await, "");
    assert_eq!(half.rest().await, "");
    assert_eq!(server.tasks.wait(LIMIT).await, Ok(()));
    assert!(begin.elapsed() < Duration::from_secs(2));
}

fn start(config: HttpConfig) -> Server {
    let hello = warp::path("hello").and(http::get()).map(|| "hello".into_response());
    let slow = warp::path("slow").and(http::get()).then(|| async {
        tokio::time::sleep(ANSWER_AFTER).await;
        "slow".into_response()
    });
    let never = warp::path("never").and(http::get()).then(|| async {
        std::future::pending::<()>().await;
        "never".into_response()
    });
    Server::start(&config, hello.or(slow).unify().or(never).unify())
}
