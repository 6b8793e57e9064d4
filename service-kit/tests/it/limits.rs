//! Connections that are slow, idle or too many.

use std::time::{Duration, Instant};

use service_kit::http::{self, HttpConfig};
use warp::{Filter, Reply};

use crate::server::{LIMIT, RawClient, Server, code};

const REQUEST: &str = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn a_header_that_does_not_come_is_not_waited_for() {
    let server = start(HttpConfig { header_timeout_ms: 200, ..HttpConfig::default() });
    // Nothing, the beginning of HTTP/2, a header that never ends.
    for beginning in ["", "PRI * HT", "GET /hello HTTP/1.1\r\nHost: x\r\nA: "] {
        let begin = Instant::now();
        let mut client = server.connect().await;
        client.send(beginning).await;

        assert_eq!(client.rest().await, "", "{beginning}");
        assert!(Duration::from_millis(150) < begin.elapsed(), "{beginning}: closed too early");
    }
}

#[tokio::test]
async fn a_header_in_drops_is_not_waited_for() {
    let server = start(HttpConfig { header_timeout_ms: 300, ..HttpConfig::default() });
    let mut client = server.connect().await;
    client.send(REQUEST).await;
    assert_eq!(client.answer().await.0, 200);

    let begin = Instant::now();
    client.send("GET /hello HTTP/1.1\r\n").await;
    while begin.elapsed() < Duration::from_secs(5) {
        if !client.try_send(b"a: b\r\n").await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(begin.elapsed() < Duration::from_secs(2), "took {:?}", begin.elapsed());
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let config = HttpConfig { keep_alive_ms: 300, header_timeout_ms: 200, ..HttpConfig::default() };
    let server = start(config);
    let mut client = server.connect().await;

    // Longer than any timeout, in small steps; then one answer that takes longer than any.
    for _ in 0..4 {
        client.send(REQUEST).await;
        assert_eq!(client.answer().await.0, 200);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(client.answer().await.0, 200);

    let begin = Instant::now();
    assert_eq!(client.rest().await, "");
    assert!(Duration::from_millis(200) < begin.elapsed(), "closed too early");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let server = start(HttpConfig { write_timeout_ms: 200, ..HttpConfig::default() });
    let mut client = server.connect().await;
    client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n").await;
    // Not reading: the buffers of both kernels fill, then the server waits in vain.
    tokio::time::sleep(Duration::from_secs(1)).await;

    let begin = Instant::now();
    let read = client.rest().await;
    assert!(!read.is_empty() && begin.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_header_that_is_too_large_is_refused() {
    let server = start(HttpConfig { header_bytes_max: 8_192, ..HttpConfig::default() });
    let mut client = server.connect().await;
    client
        .send(&format!("GET /hello HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "a".repeat(7_000)))
        .await;
    assert_eq!(client.answer().await.0, 200);
    client
        .send(&format!("GET /hello HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "a".repeat(9_000)))
        .await;
    assert_eq!(client.answer().await.0, 431);
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let cors_origins = vec!["https://shop.example".to_owned().try_into().unwrap()];
    let server = start(HttpConfig { connections_max: 2, cors_origins, ..HttpConfig::default() });
    let mut first = server.connect().await;
    let mut second = server.connect().await;
    for client in [&mut first, &mut second] {
        client.send(REQUEST).await;
        assert_eq!(client.answer().await.0, 200);
    }

    let mut third = server.connect().await;
    third.send(REQUEST).await;
    let (status, body) = third.answer().await;
    assert_eq!((status, code(&body)), (503, "too_many_connections".to_owned()));
    assert_eq!(third.rest().await, "");
    // A page may read it, if it may read anything.
    for (origin, may) in [("https://shop.example", true), ("https://evil.example", false)] {
        let mut page = server.connect().await;
        page.send(&REQUEST.replace("\r\n\r\n", &format!("\r\nOrigin: {origin}\r\n\r\n"))).await;
        let answer = page.rest().await;
        let allowed = format!("access-control-allow-origin: {origin}\r\n");
        assert_eq!(answer.contains(&allowed), may, "{answer}");
        assert!(answer.contains("vary: origin\r\n"), "{answer}");
    }
    // Its browser asks before: what it may not read, it could not act on.
    let mut page = server.connect().await;
    let asks = "Origin: https://shop.example\r\nAccess-Control-Request-Method: GET\r\n\r\n";
    page.send(&REQUEST.replace("GET", "OPTIONS").replace("\r\n\r\n", &format!("\r\n{asks}"))).await;
    assert_eq!(page.answer().await, (204, String::new()));
    // One that says nothing is not kept either.
    assert_eq!(server.connect().await.rest().await, "");

    // The others are as before, and a place that becomes free is taken.
    first.send(REQUEST).await;
    assert_eq!(first.answer().await.0, 200);
    drop(first);
    for _ in 0..100 {
        let mut again = server.connect().await;
        again.send(REQUEST).await;
        if again.answer().await.0 == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the free place was not given away");
}

#[tokio::test]
async fn who_comes_too_fast_is_told_when_to_come_back() {
    let config = HttpConfig { connections_per_s: 1, connections_burst: 3, ..HttpConfig::default() };
    let server = start(config);
    for _ in 0..3 {
        let mut client = server.connect().await;
        client.send(REQUEST).await;
        assert_eq!(client.answer().await.0, 200);
    }
    let mut delays = Vec::new();
    for _ in 0..3 {
        let mut client = server.connect().await;
        client.send(REQUEST).await;
        let (status, body) = client.answer().await;
        assert_eq!((status, code(&body)), (503, "connections_too_fast".to_owned()));
        let document: serde_json::Value = serde_json::from_str(&body).unwrap();
        delays.push(document["retry_after_s"].as_u64().unwrap());
    }
    assert_eq!(delays, [1, 2, 3], "not all at the same time");

    let begin = Instant::now();
    loop {
        let mut client = server.connect().await;
        client.send(REQUEST).await;
        if client.answer().await.0 == 200 {
            break;
        }
        assert!(begin.elapsed() < LIMIT, "nobody is let in any more");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_address_has_so_many_connections() {
    let server = start(HttpConfig { connections_per_address_max: 2, ..HttpConfig::default() });
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut client = server.connect().await;
        client.send(REQUEST).await;
        assert_eq!(client.answer().await.0, 200);
        open.push(client);
    }
    let mut third = server.connect().await;
    third.send(REQUEST).await;
    let (status, body) = third.answer().await;
    assert_eq!((status, code(&body)), (503, "too_many_connections_of_address".to_owned()));

    // Another address of the loopback has places of its own.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = RawClient(socket.connect(server.address).await.unwrap());
    other.send(REQUEST).await;
    assert_eq!(other.answer().await.0, 200);
}

fn start(config: HttpConfig) -> Server {
    let hello = warp::path("hello").and(http::get()).map(|| "hello".into_response());
    let slow = warp::path("slow").and(http::get()).then(|| async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        "slow".into_response()
    });
    let endless = warp::path("endless").and(http::get()).map(|| {
        let chunks =
            futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 65_536]));
        warp::reply::stream(chunks).into_response()
    });
    Server::start(&config, hello.or(slow).unify().or(endless).unify())
}
