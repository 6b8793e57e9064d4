//! Bodies on both sides of each limit.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use service_kit::http::{self, HttpConfig, json_body, json_body_or_default};
use warp::Filter;

use crate::server::{Server, code};

const BYTES_MAX: usize = 64;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    count: u8,
}

#[tokio::test]
async fn every_misfit_has_its_own_problem() {
    let server = start(HttpConfig::default());
    let padded = |bytes: usize| format!("{{\"count\":1}}{}", " ".repeat(bytes - 11));
    let cases = [
        ("{\"count\":1}".to_owned(), 200, ""),
        (padded(BYTES_MAX), 200, ""),
        (padded(BYTES_MAX + 1), 413, "body_too_large"),
        (padded(BYTES_MAX * 1_000), 413, "body_too_large"),
        (String::new(), 400, "malformed_json"),
        ("{\"count\":1".to_owned(), 400, "malformed_json"),
        ("{\"count\":1}x".to_owned(), 400, "malformed_json"),
        ("{\"other\":1, nonsense".to_owned(), 400, "malformed_json"),
        ("[".repeat(BYTES_MAX), 400, "malformed_json"),
        ("{\"other\":1}".to_owned(), 422, "unknown_field"),
        ("{\"count\":\"1\"}".to_owned(), 422, "invalid_body"),
        ("{\"count\":256}".to_owned(), 422, "invalid_body"),
        ("{}".to_owned(), 422, "invalid_body"),
        ("[1]".to_owned(), 422, "invalid_body"),
        ("null".to_owned(), 422, "invalid_body"),
    ];
    for (body, status, problem) in cases {
        let request = reqwest::Client::new().post(server.url("/body")).body(body.clone());
        let response = request.send().await.unwrap();

        assert_eq!(response.status().as_u16(), status, "{body}");
        if status != 200 {
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            assert_eq!(code(&response.text().await.unwrap()), problem, "{body}");
        }
    }
}

#[tokio::test]
async fn a_body_without_a_length_has_the_same_limit() {
    let server = start(HttpConfig::default());
    let chunks = |count: usize| {
        let mut request =
            "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
        request.push_str("b\r\n{\"count\":1}\r\n");
        request.push_str(&"1\r\n \r\n".repeat(count));
        request + "0\r\n\r\n"
    };
    let mut client = server.connect().await;

    client.send(&chunks(BYTES_MAX - 11)).await;
    assert_eq!(client.answer().await.0, 200);
    client.send(&chunks(BYTES_MAX - 10)).await;
    let (status, body) = client.answer().await;
    assert_eq!((status, code(&body)), (413, "body_too_large".to_owned()));
}

#[tokio::test]
async fn only_json_or_no_media_type_is_taken() {
    let server = start(HttpConfig::default());
    let cases = [
        (Some("application/json"), 200),
        (Some("Application/JSON; charset=utf-8"), 200),
        (None, 200),
        (Some("text/plain"), 415),
        (Some("application/json-patch+json"), 415),
        (Some(""), 415),
    ];
    for (content_type, status) in cases {
        let mut request = reqwest::Client::new().post(server.url("/body")).body("{\"count\":1}");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{content_type:?}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = start(HttpConfig { body_timeout_ms: 100, ..HttpConfig::default() });
    let mut client = server.connect().await;

    client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n{\"cou").await;
    let (status, body) = client.answer().await;
    assert_eq!((status, code(&body)), (408, "body_too_slow".to_owned()));
}

#[tokio::test]
async fn a_body_may_be_optional() {
    let server = start(HttpConfig::default());
    for (body, status) in [("", 200), ("{\"count\":1}", 200), ("{\"other\":1}", 422)] {
        let request = reqwest::Client::new().post(server.url("/optional")).body(body);
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{body}");
    }
}

#[tokio::test]
async fn a_large_input_is_not_echoed() {
    let server = Server::start(
        &HttpConfig::default(),
        warp::path("body").and(http::post()).and(json_body::<Body>(1 << 20)).map(answer),
    );
    let body = json!({ "count": "x".repeat(100_000) }).to_string();
    let response = reqwest::Client::new().post(server.url("/body")).body(body).send().await;

    let text = response.unwrap().text().await.unwrap();
    assert_eq!(code(&text), "invalid_body");
    assert!(text.len() < 2_000, "{} bytes", text.len());
}

#[tokio::test]
async fn a_client_that_goes_away_within_its_body_hurts_nobody() {
    let server = start(HttpConfig::default());
    let mut client = server.connect().await;
    client.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n{\"cou").await;
    drop(client);
    tokio::time::sleep(Duration::from_millis(20)).await;

    let request = reqwest::Client::new().post(server.url("/body")).body("{\"count\":1}");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
}

fn start(config: HttpConfig) -> Server {
    let body = warp::path("body").and(http::post()).and(json_body::<Body>(BYTES_MAX)).map(answer);
    let optional = warp::path("optional")
        .and(http::post())
        .and(json_body_or_default::<Body>(BYTES_MAX))
        .map(answer);
    Server::start(&config, body.or(optional).unify())
}

fn answer(body: Body) -> String {
    body.count.to_string()
}
