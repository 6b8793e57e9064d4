//! Requests find one who answers, or are told that there is none.

use std::time::Duration;

use bytes::Bytes;
use nats::testing::TestServer;
use nats::{Nats, RequestError, RequestSubject, Requests};

use crate::commits::{app, in_time};

const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_request_is_answered() {
    let (_server, asking, serving) = connected().await;
    let requests = serving.serve_requests(RequestSubject::Commands(app())).await.unwrap();
    tokio::spawn(echo(requests, "sequencer"));

    let answer = ask(&asking, RequestSubject::Commands(app())).await.unwrap();

    assert_eq!(answer, "sequencer: hello");
}

#[tokio::test]
async fn without_a_server_of_requests_the_requester_is_told_at_once() {
    let (_server, asking, serving) = connected().await;
    let other = RequestSubject::Commands("other".parse().unwrap());
    let requests = serving.serve_requests(other).await.unwrap();

    let answer = ask(&asking, RequestSubject::Commands(app())).await;
    assert!(matches!(answer, Err(RequestError::NoResponders)), "{answer:?}");

    drop(requests);
    in_time(async {
        let other = RequestSubject::Commands("other".parse().unwrap());
        while !matches!(ask(&asking, other.clone()).await, Err(RequestError::NoResponders)) {}
    })
    .await;
}

#[tokio::test]
async fn a_request_that_nobody_answers_times_out() {
    let (_server, asking, serving) = connected().await;
    let _requests = serving.serve_requests(RequestSubject::Commands(app())).await.unwrap();

    let brief = Duration::from_millis(50);
    let answer = asking.request(RequestSubject::Commands(app()), Bytes::new(), brief).await;

    assert!(matches!(answer, Err(RequestError::TimedOut)), "{answer:?}");
}

#[tokio::test]
async fn a_request_above_the_servers_limit_is_not_sent() {
    let (_server, asking, _serving) = connected().await;
    let payload = Bytes::from(vec![b'x'; (1 << 20) + 1]);

    let answer = asking.request(RequestSubject::Commands(app()), payload, PATIENCE).await;

    assert!(matches!(answer, Err(RequestError::TooLarge { .. })), "{answer:?}");
}

#[tokio::test]
async fn profile_look_ups_are_shared_among_those_who_answer() {
    let (_server, asking, serving) = connected().await;
    for name in ["one", "two"] {
        let requests = serving.serve_requests(RequestSubject::Profiles(app())).await.unwrap();
        tokio::spawn(echo(requests, name));
    }

    let mut answers = Vec::new();
    for _ in 0..40 {
        answers.push(ask(&asking, RequestSubject::Profiles(app())).await.unwrap());
    }

    for expected in ["one: hello", "two: hello"] {
        assert!(answers.iter().any(|answer| answer == expected), "{answers:?}");
    }
}

#[tokio::test]
async fn requests_are_served_again_after_a_restart_of_the_server() {
    let (mut server, asking, serving) = connected().await;
    let requests = serving.serve_requests(RequestSubject::Commands(app())).await.unwrap();
    tokio::spawn(echo(requests, "sequencer"));

    server.kill9();
    server.restart().await;

    in_time(async {
        let brief = Duration::from_millis(100);
        let commands = || RequestSubject::Commands(app());
        while asking.request(commands(), Bytes::new(), brief).await.is_err() {}
    })
    .await;
}

async fn connected() -> (TestServer, Nats, Nats) {
    let server = TestServer::start().await;
    let asking = Nats::connect(&server.config()).await.unwrap();
    let serving = Nats::connect(&server.config()).await.unwrap();
    (server, asking, serving)
}

async fn ask(nats: &Nats, subject: RequestSubject) -> Result<Bytes, RequestError> {
    nats.request(subject, Bytes::from_static(b"hello"), PATIENCE).await
}

async fn echo(mut requests: Requests, name: &str) {
    while let Some(request) = requests.next().await {
        let answer = [name.as_bytes(), b": ", &request.payload].concat();
        request.respond(answer.into()).await.unwrap();
    }
}
