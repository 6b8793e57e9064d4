//! The bodies of shared/data/hostile: each is refused or taken, and the connection survives it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use service_kit::http::{self, HttpConfig, json_body};
use warp::Filter;

use crate::server::{Server, code};

const FILE: &str = "../../shared/data/hostile/json-bodies.ndjson";
const BYTES_MAX: usize = 1 << 20;

#[derive(Deserialize)]
struct Hostile {
    name: String,
    expect: String,
    base64: String,
}

/// Refuses what it does not know.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    #[serde(default, rename = "a")]
    _a: u8,
}

/// Skips what it does not know, without looking into it.
#[derive(Deserialize)]
struct Loose {}

#[tokio::test]
async fn no_hostile_body_gets_through_or_breaks_a_connection() {
    let Ok(lines) = std::fs::read_to_string(FILE) else {
        println!("{FILE} is absent: nothing tested");
        return;
    };
    let any = warp::path("any").and(http::post()).and(json_body::<Value>(BYTES_MAX)).map(drop);
    let strict =
        warp::path("strict").and(http::post()).and(json_body::<Strict>(BYTES_MAX)).map(drop);
    let loose = warp::path("loose").and(http::post()).and(json_body::<Loose>(BYTES_MAX)).map(drop);
    let routes = any.or(strict).unify().or(loose).unify().map(|()| "taken");
    let server = Server::start(&HttpConfig::default(), routes);

    let mut count = 0;
    for route in ["any", "strict", "loose"] {
        // One connection for all: it must survive each.
        let mut client = server.connect().await;
        for line in lines.lines() {
            let Hostile { name, expect, base64 } = serde_json::from_str(line).unwrap();
            let body = STANDARD.decode(base64).unwrap();
            let length = body.len();
            client
                .send(&format!(
                    "POST /{route} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
                ))
                .await;
            assert!(client.try_send(&body).await, "{name}");
            let (status, answer) = client.answer().await;

            let expected = match expect.as_str() {
                "invalid" => status == 400 && code(&answer) == "malformed_json",
                // A body is an object.
                "valid" if route == "any" && body.trim_ascii().starts_with(b"{") => status == 200,
                _ => status == 200 || (400..500).contains(&status),
            };
            assert!(expected, "{name} at {route}: {status} {answer}");
            count += 1;
        }
    }
    println!("{count} hostile bodies");
}
