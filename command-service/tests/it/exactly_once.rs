//! Whatever dies or stays silent: each command is in the log once, and its sender learns where.

use std::collections::BTreeSet;
use std::time::Duration;

use command_service::sequencer::config::SequencerConfig;
use nats::testing::{Proxy, TestServer};

use crate::stage::{Instance, create, room_events, say, seq_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_acknowledgement_is_found_out_and_not_answered_twice() {
    let server = TestServer::start().await;
    let proxy = Proxy::start(server.port()).await;
    let mut config = server.config();
    config.url = proxy.url();
    config.request_timeout_ms = 300;
    let instance = Instance::start(&config).await;
    instance.until_leading().await;
    instance.send(create()).await;

    proxy.swallow_answers();
    let submitter = instance.submitter.clone();
    let said = say("did that arrive?");
    let waiting = tokio::spawn({
        let said = said.clone();
        async move { submitter.submit(&crate::stage::app(), vec![said]).await.unwrap() }
    });
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(!waiting.is_finished(), "nobody may be told what nobody knows");
    proxy.heal();

    let answer = waiting.await.unwrap().pop().unwrap();
    assert_eq!(seq_of(&answer), 2);
    assert_eq!(instance.send(said).await, answer);
    let direct = Instance::start(&server.config()).await;
    assert_eq!(room_events(&direct.nats).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_nats_is_killed_again_and_again() {
    let mut server = TestServer::start().await;
    let mut config = server.config();
    config.request_timeout_ms = 500;
    let sequencer = SequencerConfig { pack_submissions_max: 7, ..SequencerConfig::default() };
    let instance = Instance::start_with(&config, sequencer).await;
    instance.until_leading().await;
    instance.send(create()).await;

    let senders: Vec<_> = (0..8)
        .map(|sender| {
            let submitter = instance.submitter.clone();
            tokio::spawn(async move {
                let mut places = Vec::new();
                for n in 0..60 {
                    let command = say(&format!("{sender}/{n}"));
                    // Asks again with the same id for as long as it takes, as a client does.
                    let mut answer = None;
                    while answer.is_none() {
                        let sent = vec![command.clone()];
                        answer = submitter.submit(&crate::stage::app(), sent).await.ok();
                    }
                    places.push(seq_of(&answer.unwrap()[0]));
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                places
            })
        })
        .collect();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        server.kill9();
        tokio::time::sleep(Duration::from_millis(150)).await;
        server.restart().await;
    }
    let mut places = BTreeSet::new();
    for sender in senders {
        places.extend(sender.await.unwrap());
    }
    assert_eq!(places.len(), 480, "each command has a place of its own");

    let events = room_events(&instance.nats).await;
    let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
    assert_eq!((events.len(), ids.len()), (481, 481));
}
