//! Whatever dies in the middle, every event is in the tables once.

use std::time::Duration;

use domain::ids::{AppId, LogSeq};
use projector::{Health, ProjectorConfig};
use service_kit::config::Secret;
use tokio_util::sync::CancellationToken;

use crate::rows;
use crate::servers::{Servers, Stage, app, eventually, recorded};
use crate::show::Show;

fn small_batches() -> ProjectorConfig {
    ProjectorConfig {
        batch_events_live: 2,
        batch_events_catch_up: 2,
        backoff_ms: 20,
        backoff_ms_max: 100,
        ..ProjectorConfig::default()
    }
}

async fn checkpoint(stage: &Stage, app: &AppId) -> Option<LogSeq> {
    // A new connection each time: the server is being killed.
    let client = migrations::connection::connect(&stage.postgres).await.ok()?;
    let select = "SELECT seq FROM matinee.checkpoint WHERE app = $1";
    let row = client.query_opt(select, &[&app.as_str()]).await.ok()??;
    Some(LogSeq(row.get::<_, i64>(0).unsigned_abs()))
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_postgres_in_the_middle_loses_and_doubles_nothing() {
    let mut servers = Servers::start().await;
    let mut stage = Stage::new(&servers).await;
    let (app, show) = (app("killed"), Show::of(5, 1_500));
    let last = stage.append(&app, &show.events, || 2).await;
    let (shutdown, health) = (CancellationToken::new(), Health::default());
    let projector = stage.projector(small_batches()).with_health(health.clone());
    let running = {
        let (app, shutdown) = (app.clone(), shutdown.clone());
        tokio::spawn(async move { projector.run(vec![app], shutdown).await })
    };

    for kill in 1..=4 {
        let threshold = LogSeq(last.0 * kill / 5);
        eventually("progress", async || {
            checkpoint(&stage, &app).await.is_some_and(|seq| threshold <= seq)
        })
        .await;
        servers.postgres.kill9();
        eventually("waiting", async || health.missing() == ["postgres"]).await;
        servers.postgres.restart().unwrap();
    }

    eventually("the end", async || checkpoint(&stage, &app).await == Some(last)).await;
    stage.client = migrations::connection::connect(&stage.postgres).await.unwrap();
    rows::assert_show(&stage.client, &app, &show).await;
    assert!(health.missing().is_empty());
    shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_nats_in_the_middle_loses_and_doubles_nothing() {
    let mut servers = Servers::start().await;
    let stage = Stage::new(&servers).await;
    let (app, show) = (app("nats-killed"), Show::of(6, 1_500));
    let last = stage.append(&app, &show.events, || 2).await;
    let shutdown = CancellationToken::new();
    let projector = stage.projector(small_batches());
    let running = {
        let (app, shutdown) = (app.clone(), shutdown.clone());
        tokio::spawn(async move { projector.run(vec![app], shutdown).await })
    };

    eventually("progress", async || {
        checkpoint(&stage, &app).await.is_some_and(|seq| LogSeq(last.0 / 4) <= seq)
    })
    .await;
    servers.nats.kill9();
    servers.nats.restart().await;

    eventually("the end", async || checkpoint(&stage, &app).await == Some(last)).await;
    rows::assert_show(&stage.client, &app, &show).await;
    shutdown.cancel();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_projectors_one_is_fenced_off_at_every_step() {
    let servers = Servers::shared().await;
    let (stage, app, show, last) = recorded(&servers, "two", 7).await;
    let shutdown = CancellationToken::new();
    let run = |config: ProjectorConfig| {
        let projector = stage.projector(config);
        let (app, shutdown) = (app.clone(), shutdown.clone());
        tokio::spawn(async move { projector.run(vec![app], shutdown).await })
    };

    let both = [run(small_batches()), run(small_batches())];
    eventually("the end", async || checkpoint(&stage, &app).await == Some(last)).await;
    let more = Show::of(7, 800);
    let later = &more.events[show.events.len()..];
    assert_eq!(more.events[..show.events.len()], show.events[..]);
    let last = stage.append(&app, later, || 1).await;
    eventually("the end", async || checkpoint(&stage, &app).await == Some(last)).await;

    rows::assert_show(&stage.client, &app, &more).await;
    shutdown.cancel();
    for running in both {
        running.await.unwrap();
    }
}

#[tokio::test]
async fn postgres_that_is_not_there_is_an_error_that_says_where() {
    let servers = Servers::shared().await;
    let (mut stage, app, _, last) = recorded(&servers, "nowhere", 8).await;
    let url = "postgres://shop:hunter2@127.0.0.1:1/show".to_owned();
    stage.postgres.url = Some(Secret::new(url));

    let error = stage.projector(ProjectorConfig::default()).run_until(&app, last).await;

    let text = service_kit::error_chain::ErrorChain(&error.unwrap_err()).to_string();
    assert!(text.contains("127.0.0.1:1") && !text.contains("hunter2"), "{text}");
}
