//! As many apps as an installation may have, all in use.

use domain::actor::Role::Host;
use futures_util::StreamExt;
use futures_util::stream;
use harness::answers::{done, refused};
use harness::{Cluster, eventually};
use matinee::replay::Tokens;
use serde_json::{Value, json};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::config::Secret;

const LIMIT: std::time::Duration = std::time::Duration::from_mins(1);

/// The registry's limit; what the configuration names beside them does not count.
const APPS: usize = 100;

fn id(n: usize) -> String {
    format!("app-{n}")
}

fn app(n: usize) -> Value {
    let keys = [json!({"alg": "HS256", "kid": "k1"})];
    json!({"app_id": id(n), "name": format!("App {n}"), "keys": keys})
}

/// A host of the app, with the secret that the operator was told.
fn token(id: &str, made: &Value) -> String {
    let key = &made["keys"][0];
    let key = AuthKeyConfig {
        kid: key["kid"].as_str().unwrap().to_owned(),
        alg: KeyAlgorithm::HS256,
        secret: Some(Secret::new(key["secret"].as_str().unwrap().to_owned())),
        public_key: None,
        private_key: None,
    };
    let tokens = Tokens::new(id.parse().unwrap(), key, 600);
    tokens.sign(&"host".parse().unwrap(), Host).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_apps_are_used_at_once_and_one_more_is_refused() {
    let mut cluster = Cluster::start().await;
    let operator = cluster.operator();
    let made: Vec<Value> = stream::iter(0..APPS)
        .then(async |n| done(operator.post("", &app(n)).await))
        .collect()
        .await;
    refused(operator.post("", &app(APPS)).await, 409, "too_many_apps");

    // Each has a room, and somebody who watches while something is said there.
    let used = stream::iter(made.iter().enumerate()).map(async |(n, made)| {
        let id = &*id(n);
        let host = cluster.caller_of(id, &token(id, made));
        eventually("the app is served", LIMIT, async || {
            let (status, body) = host.put("/users/host", &json!({"nick": "Host"})).await;
            assert!(status.is_success() || status == 503, "{body}");
            status.is_success().then_some(())
        })
        .await;
        done(host.put("/rooms/tea", &json!({"name": "Tea", "owner": "host"})).await);
        done(host.put("/rooms/tea/status", &json!({"status": "live"})).await);
        let stream = host.watch("tea").await;
        done(host.post("/rooms/tea/messages", &json!({"text": "hello"})).await);
        stream.until_type("message_sent").await;
    });
    used.buffer_unordered(8).collect::<Vec<()>>().await;

    // After a kill all of them are there again, each with what is its own.
    cluster.kill9();
    cluster.restart().await;
    let again = stream::iter(made.iter().enumerate()).map(async |(n, made)| {
        let id = &*id(n);
        let host = cluster.caller_of(id, &token(id, made));
        let room = eventually("the app is served again", LIMIT, async || {
            let (status, room) = host.query("/rooms/tea").await;
            (status == 200).then_some(room)
        });
        let room = room.await;
        assert_eq!(room["totals"]["messages"], 1, "{id}: {room}");
    });
    again.buffer_unordered(8).collect::<Vec<()>>().await;
    cluster.stop().await;
}
