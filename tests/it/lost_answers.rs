//! Promise 2 from outside: answers are lost on their way, the process is killed, and the same commands
//! sent again are executed once.

use std::time::Duration;

use domain::actor::Role;
use harness::{Cluster, eventually};
use reqwest::Method;
use serde_json::json;
use service_kit::clock;

const MESSAGES: u64 = 30;
const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_answer_was_lost_is_executed_once() {
    let mut cluster = Cluster::start().await;
    let room = json!({"name": "Tea", "owner": "host"});
    let host = cluster.caller("host", Role::Host);
    assert_eq!(host.command(Method::PUT, "/rooms/tea", &room).await.0, 201);

    let ann = cluster.caller("ann", Role::Viewer);
    let path = "/rooms/tea/messages";
    let sent: Vec<_> = (0..MESSAGES)
        .map(|n| (clock::new_command_id(), json!({"text": format!("message {n}")})))
        .collect();
    let mut unheard = Vec::new();
    for (id, body) in &sent {
        unheard.push(ann.command_unheard(Method::POST, path, body, *id).await);
    }
    eventually("some are executed", LIMIT, async || {
        let (_, view) = ann.query("/rooms/tea").await;
        view["totals"]["messages"].as_u64().filter(|messages| 0 < *messages)
    })
    .await;
    cluster.kill9();
    drop(unheard);
    cluster.restart().await;

    let ann = cluster.caller("ann", Role::Viewer);
    let mut log_seq = 0;
    for (id, body) in &sent {
        let (status, answer) = ann.command_again(Method::POST, path, body, *id).await;
        assert_eq!(status, 201, "{answer}");
        log_seq = log_seq.max(answer["log_seq"].as_u64().unwrap());
    }
    let (_, view) = ann.query(&format!("/rooms/tea?min_seq={log_seq}")).await;
    assert_eq!(view["totals"]["messages"], MESSAGES, "{view}");
    assert_eq!(view["room_seq"], MESSAGES + 1, "{view}");
    cluster.stop().await;
}
