//! A merchant's server is told everything at least once, whoever is killed.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::actor::Role;
use harness::{Cluster, eventually};
use reqwest::Method;
use serde_json::json;
use service_kit::webhook::testing::{Received, Receiver, SECRET};

const LIMIT: Duration = Duration::from_mins(1);

fn endpoint(receiver: &Receiver) -> String {
    format!(
        "[[callbacks.endpoints]]\n\
         app = \"demo\"\n\
         name = \"messages\"\n\
         events = [\"message_sent\"]\n\
         from_start = true\n\
         target = {{ url = \"{}\", secrets = [\"{SECRET}\"] }}\n",
        receiver.target().url
    )
}

fn text_of(request: &Received) -> String {
    request.verified_id();
    request.json()["data"]["data"]["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_every_message_is_told_and_doubles_can_be_told_apart() {
    let mut receiver = Receiver::start();
    let mut cluster = Cluster::start_with(&endpoint(&receiver)).await;
    let host = cluster.caller("host", Role::Host);
    let room = json!({"name": "Tea", "owner": "host"});
    assert_eq!(host.command(Method::PUT, "/rooms/tea", &room).await.0, 201);
    let live = json!({"status": "live"});
    assert_eq!(host.command(Method::PUT, "/rooms/tea/status", &live).await.0, 201);
    let mut said: BTreeSet<String> = BTreeSet::new();
    let say = async |text: String| {
        eventually("somebody takes it", LIMIT, async || {
            let message = json!({"text": text});
            let (status, _) = host.command(Method::POST, "/rooms/tea/messages", &message).await;
            (status == 201).then_some(())
        })
        .await;
        text
    };

    for n in 0..20 {
        said.insert(say(format!("{n}")).await);
    }
    cluster.kill9();
    cluster.restart().await;
    for n in 20..40 {
        said.insert(say(format!("{n}")).await);
    }
    cluster.kill9_server("nats-server");
    for n in 40..60 {
        said.insert(say(format!("{n}")).await);
    }
    receiver.go_down().await;
    said.insert(say("while you were away".to_owned()).await);
    cluster.kill9();
    cluster.restart().await;
    receiver.come_up();

    eventually("everything is told", LIMIT, async || {
        let told: BTreeSet<String> = receiver.received().iter().map(text_of).collect();
        (told == said).then_some(())
    })
    .await;
    let mut ids = BTreeSet::new();
    for request in receiver.received() {
        ids.insert((request.verified_id(), request.json()["data"]["id"].to_string()));
    }
    let events: BTreeSet<&String> = ids.iter().map(|(_, event)| event).collect();
    assert_eq!(ids.len(), events.len(), "an event has one webhook-id");
    cluster.stop().await;
}
