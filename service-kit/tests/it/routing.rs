//! What routing says when no route fits, and what every service answers.

use std::sync::Arc;

use domain::ids::{RoomId, UserId};
use service_kit::http::{self, HttpConfig, PeerAddr, path_id};
use service_kit::metrics::Metrics;
use service_kit::probes;
use service_kit::tasks::Tasks;
use warp::Filter;

use crate::server::{Server, code};

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let server = start();
    let request = reqwest::Client::new().post(server.url("/rooms/r1"));
    let response = request.send().await.unwrap();

    assert_eq!(response.status().as_u16(), 405);
    assert_eq!(response.headers()["allow"], "GET, DELETE");
    assert_eq!(code(&response.text().await.unwrap()), "method_not_allowed");
}

#[tokio::test]
async fn paths_are_decoded_and_a_malformed_id_is_a_400() {
    let server = start();
    let cases = [
        ("/rooms/a%20b", 200, "a b"),
        ("/rooms/a%2Fb", 200, "a/b"),
        ("/users/%E7%94%A8", 200, "用"),
        ("/rooms/%E7%94%A8", 400, "invalid_id"),
        ("/users/%FF", 400, "invalid_id"),
        ("/users/a%00", 400, "invalid_id"),
        ("/rooms/@TGS%231", 400, "invalid_id"),
        ("/rooms/", 404, "not_found"),
        ("/rooms", 404, "not_found"),
        ("/", 404, "not_found"),
        ("//", 404, "not_found"),
    ];
    for (path, status, answer) in cases {
        let response = reqwest::get(server.url(path)).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{path}");
        let body = response.text().await.unwrap();
        assert_eq!(if status == 200 { body } else { code(&body) }, answer, "{path}");
    }
}

#[tokio::test]
async fn a_panic_in_a_handler_is_an_answer_and_the_connection_stays() {
    let server = start();
    let mut client = server.connect().await;
    for _ in 0..2 {
        client.send("GET /panic HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let (status, body) = client.answer().await;
        assert_eq!((status, code(&body)), (500, "internal".to_owned()));
    }
}

#[tokio::test]
async fn a_route_knows_the_other_end_of_the_connection() {
    let server = start();
    let mut client = server.connect().await;
    client.send("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let own_address = client.0.local_addr().unwrap().to_string();
    assert_eq!(client.answer().await, (200, own_address));
}

#[tokio::test]
async fn probes_tell_what_is_missing() {
    let server = start();
    let response = reqwest::get(server.url("/healthz")).await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let response = reqwest::get(server.url("/readyz")).await.unwrap();
    assert_eq!(response.status().as_u16(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["missing"], serde_json::json!(["log"]));
}

#[tokio::test]
async fn metrics_count_requests_by_class() {
    let tasks = Tasks::new();
    let metrics = Metrics::install(&tasks).unwrap();
    let hello = warp::path("hello").and(http::get()).map(|| "hello".to_owned());
    let server = Server::start(&HttpConfig::default(), hello.or(metrics.route()));
    for path in ["/hello", "/none", "/none"] {
        reqwest::get(server.url(path)).await.unwrap();
    }

    let text = reqwest::get(server.url("/metrics")).await.unwrap().text().await.unwrap();
    // Other tests of this process count too: at least these are there.
    for line in [
        "http_requests_total{service=\"test\",status=\"2xx\"}",
        "http_requests_total{service=\"test\",status=\"4xx\"}",
        "http_request_seconds_bucket{service=\"test\",le=\"0.001\"}",
        "http_connections{service=\"test\"}",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    tasks.shut_down();
}

#[tokio::test]
async fn http2_is_spoken_without_an_upgrade() {
    let server = start();
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let response = client.get(server.url("/rooms/r1")).send().await.unwrap();

    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    assert_eq!(response.text().await.unwrap(), "r1");
}

fn start() -> Server {
    let room = || warp::path("rooms").and(path_id::<RoomId>()).and(warp::path::end());
    let get_room = room().and(http::get()).map(|room_id: RoomId| room_id.to_string());
    let delete_room = room().and(http::delete()).map(|room_id: RoomId| room_id.to_string());
    let user = warp::path("users").and(path_id::<UserId>()).and(warp::path::end());
    let get_user = user.and(http::get()).map(|user_id: UserId| user_id.to_string());
    let panics = warp::path("panic").map(|| -> String { panic!("on purpose") });
    let peer = warp::path("peer").and(warp::ext::get()).map(|PeerAddr(peer)| peer.to_string());
    let routes = get_room.or(delete_room).unify().or(get_user).unify();
    let routes = routes.or(panics).unify().or(peer).unify();
    Server::start(&HttpConfig::default(), routes.or(probes::routes(Arc::new(|| vec!["log"]))))
}
