//! One holder at a time.

use std::time::{Duration, Instant};

use nats::testing::{Proxy, TestServer};
use nats::{LeaseError, Nats, NatsConfig};

use crate::commits::{app, in_time};

const TTL_MS: u64 = 1_000;

#[tokio::test]
async fn of_two_one_gets_the_lease_and_the_other_after_it_is_given_back() {
    let (_server, one, two) = two_instances().await;

    let mut lease = one.acquire_lease(&app(), "one").await.unwrap().unwrap();
    assert!(two.acquire_lease(&app(), "two").await.unwrap().is_none());
    lease.renew().await.unwrap();
    assert!(two.acquire_lease(&app(), "two").await.unwrap().is_none());
    lease.release().await.unwrap();

    let mut taken_over = two.acquire_lease(&app(), "two").await.unwrap().unwrap();
    assert!(one.acquire_lease(&app(), "one").await.unwrap().is_none());
    taken_over.renew().await.unwrap();
}

#[tokio::test]
async fn leases_on_two_apps_have_nothing_to_do_with_each_other() {
    let (_server, one, two) = two_instances().await;

    let first = one.acquire_lease(&app(), "one").await.unwrap();
    let second = two.acquire_lease(&"other".parse().unwrap(), "two").await.unwrap();

    assert!(first.is_some() && second.is_some());
}

#[tokio::test]
async fn of_many_that_race_exactly_one_gets_the_lease() {
    let (_server, one, two) = two_instances().await;
    for round in 0..10 {
        let app = format!("app-{round}").parse().unwrap();
        let (a, b, c, d) = tokio::join!(
            one.acquire_lease(&app, "same"),
            two.acquire_lease(&app, "same"),
            one.acquire_lease(&app, "same"),
            two.acquire_lease(&app, "same"),
        );
        let held: Vec<_> = [a, b, c, d].into_iter().filter_map(Result::unwrap).collect();
        assert_eq!(held.len(), 1);
    }
}

#[tokio::test]
async fn a_lease_that_ran_out_is_lost_and_can_be_taken() {
    let (_server, one, two) = two_instances().await;
    let mut lease = one.acquire_lease(&app(), "one").await.unwrap().unwrap();
    let begun = Instant::now();

    let mut other = in_time(async {
        loop {
            if let Some(lease) = two.acquire_lease(&app(), "two").await.unwrap() {
                return lease;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;

    assert!(lease.held_until() <= Instant::now(), "never two at once");
    assert!(begun.elapsed() < Duration::from_millis(5 * TTL_MS), "{:?}", begun.elapsed());
    assert!(matches!(lease.renew().await, Err(LeaseError::Lost { .. })));
    other.renew().await.unwrap();
    assert!(matches!(lease.release().await, Err(LeaseError::Lost { .. })));
    other.renew().await.unwrap();
}

#[tokio::test]
async fn a_lease_that_is_renewed_outlives_its_term_and_moves_its_end() {
    let (_server, one, two) = two_instances().await;
    let mut lease = one.acquire_lease(&app(), "one").await.unwrap().unwrap();
    let first_end = lease.held_until();

    while Instant::now() < first_end + Duration::from_millis(TTL_MS) {
        tokio::time::sleep(Duration::from_millis(TTL_MS / 4)).await;
        lease.renew().await.unwrap();
        assert!(two.acquire_lease(&app(), "two").await.unwrap().is_none());
    }

    assert!(first_end + Duration::from_millis(TTL_MS) <= lease.held_until());
}

#[tokio::test]
async fn a_renewal_whose_answer_was_lost_does_not_cost_the_lease() {
    let server = TestServer::start().await;
    let proxy = Proxy::start(server.port()).await;
    let config = NatsConfig { request_timeout_ms: 150, lease_ttl_ms: 9_000, ..server.config() };
    let nats = Nats::connect(&NatsConfig { url: proxy.url(), ..config }).await.unwrap();
    let mut lease = nats.acquire_lease(&app(), "one").await.unwrap().unwrap();

    proxy.swallow_answers();
    assert!(matches!(lease.renew().await, Err(LeaseError::Unavailable { .. })));
    proxy.heal();

    in_time(async {
        loop {
            match lease.renew().await {
                Ok(()) => return,
                Err(LeaseError::Unavailable { .. }) => {}
                Err(lost) => unreachable!("{lost:?}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_restart_of_the_server_lets_nobody_else_in_while_the_lease_runs() {
    let mut server = TestServer::start().await;
    let config = NatsConfig { lease_ttl_ms: 9_000, ..server.config() };
    let one = Nats::connect(&config).await.unwrap();
    let two = Nats::connect(&config).await.unwrap();
    let mut lease = one.acquire_lease(&app(), "one").await.unwrap().unwrap();

    server.kill9();
    server.restart().await;

    let attempt = in_time(async {
        loop {
            if let Ok(attempt) = two.acquire_lease(&app(), "two").await {
                return attempt;
            }
        }
    })
    .await;
    assert!(attempt.is_none() && Instant::now() < lease.held_until());
    in_time(async { while lease.renew().await.is_err() {} }).await;
}

#[tokio::test]
async fn without_the_server_a_lease_is_lost_when_its_term_ends() {
    let (mut server, one, _two) = two_instances().await;
    let mut lease = one.acquire_lease(&app(), "one").await.unwrap().unwrap();
    server.kill9();

    let lost = in_time(async {
        loop {
            match lease.renew().await {
                Err(LeaseError::Unavailable { .. }) => {}
                other => return other,
            }
        }
    })
    .await;

    assert!(matches!(lost, Err(LeaseError::Lost { .. })), "{lost:?}");
}

async fn two_instances() -> (TestServer, Nats, Nats) {
    let server = TestServer::start().await;
    let config = NatsConfig { lease_ttl_ms: TTL_MS, request_timeout_ms: 500, ..server.config() };
    let one = Nats::connect(&config).await.unwrap();
    let two = Nats::connect(&config).await.unwrap();
    (server, one, two)
}
