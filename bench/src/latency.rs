//! `bench latency`: from a command sent over HTTP to its SSE frame received, at a fixed rate.
//!
//! The clock runs from the moment at which the command was due, so a server that falls behind cannot
//! hide it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use domain::actor::Role;
use hdrhistogram::Histogram;
use migrations::testing::{Durability, TestPostgres};
use projector::{Projector, ProjectorConfig};
use query_service::{Neighbours, QueryConfig};
use service_kit::clock;
use tokio::sync::mpsc;

use crate::figures::table;
use crate::stage::{Stage, database, room_id};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Commands a second, into one room.
    #[arg(long, default_value_t = 500)]
    rate: u32,
    /// Seconds of a run.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Connections that send.
    #[arg(long, default_value_t = 16)]
    senders: u32,
    /// Runs.
    #[arg(long, default_value_t = 3)]
    runs: usize,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let mut figures = table(&["run", "commands", "p50 ms", "p90 ms", "p99 ms", "max ms"]);
    for run in 1..=options.runs {
        let latencies = run_once(&options).await?;
        let ms = |quantile| {
            let micros = latencies.value_at_quantile(quantile);
            format!("{:.2}", Duration::from_micros(micros).as_secs_f64() * 1e3)
        };
        figures.add_row([
            run.to_string(),
            latencies.len().to_string(),
            ms(0.5),
            ms(0.9),
            ms(0.99),
            ms(1.0),
        ]);
    }
    println!("{figures}");
    Ok(())
}

async fn run_once(options: &Options) -> anyhow::Result<Histogram<u64>> {
    let stage = Arc::new(Stage::start().await?);
    let postgres = TestPostgres::start_with(Durability::Full)?;
    let query = start_read_side(&stage, &postgres).await?;
    let total = options.rate * options.seconds;
    let (opened, mut is_open) = mpsc::channel(1);
    let viewer = tokio::spawn(watch(stage.clone(), query, total, opened));
    is_open.recv().await.context("the stream did not open")?;

    let began = Instant::now() + Duration::from_millis(100);
    let senders: Vec<_> = (0..options.senders)
        .map(|sender| {
            let turns = (sender..total).step_by(options.senders as usize).collect();
            tokio::spawn(send(stage.clone(), began, options.rate, turns))
        })
        .collect();
    for sender in senders {
        sender.await??;
    }
    let received = tokio::time::timeout(Duration::from_secs(10), viewer).await???;
    let mut latencies = Histogram::new(3)?;
    for (turn, at) in received {
        let due = began + Duration::from_secs(1) * turn / options.rate;
        let latency = at.saturating_duration_since(due);
        latencies.record(u64::try_from(latency.as_micros())?)?;
    }
    Ok(latencies)
}

/// Projector and query-service beside the stage's command side, as in one process of `matinee up`.
async fn start_read_side(
    stage: &Stage,
    postgres: &TestPostgres,
) -> anyhow::Result<std::net::SocketAddr> {
    let postgres = database(postgres).await?;
    let projector =
        Projector::new(stage.nats.clone(), postgres.clone(), ProjectorConfig::default());
    let (app, shutdown) = (stage.app.clone(), stage.tasks.shutdown_token());
    stage.tasks.spawn("projector", async move { projector.run(vec![app], shutdown).await });
    let neighbours = Neighbours {
        nats: stage.nats.clone(),
        postgres,
        auth: stage.auth.clone(),
        tasks: stage.tasks.clone(),
    };
    let running = query_service::start(QueryConfig::default(), neighbours)?;
    tokio::time::timeout(Duration::from_secs(10), running.ready()).await?;
    Ok(running.addr)
}

/// Sends each turn when it is due; its text is its number.
async fn send(stage: Arc<Stage>, began: Instant, rate: u32, turns: Vec<u32>) -> anyhow::Result<()> {
    let client = reqwest::Client::new();
    let room = room_id(0)?;
    let url = format!("http://{}/v1/apps/{}/rooms/{room}/messages", stage.addr, stage.app);
    for turn in turns {
        let due = began + Duration::from_secs(1) * turn / rate;
        tokio::time::sleep_until(due.into()).await;
        let user = format!("user-{}", turn % 200);
        let request = client.post(&url).bearer_auth(stage.token(Role::Viewer, &user)?);
        let request = request.header("idempotency-key", clock::new_command_id().to_string());
        let response = request.body(format!(r#"{{"text":"turn {turn}."}}"#)).send().await?;
        ensure!(response.status() == 201, "{}", response.text().await?);
        response.bytes().await?;
    }
    Ok(())
}

/// Reads the stream until every turn has come, and says when each did.
async fn watch(
    stage: Arc<Stage>,
    query: std::net::SocketAddr,
    total: u32,
    opened: mpsc::Sender<()>,
) -> anyhow::Result<Vec<(u32, Instant)>> {
    let room = room_id(0)?;
    let url = format!("http://{query}/v1/apps/{}/rooms/{room}/stream", stage.app);
    let token = stage.token(Role::Viewer, "watcher")?;
    let mut response = reqwest::Client::new().get(url).bearer_auth(token).send().await?;
    ensure!(response.status() == 200, "{}", response.status());
    opened.send(()).await?;
    let mut received = Vec::with_capacity(total as usize);
    let mut rest = String::new();
    while received.len() < total as usize {
        let chunk = response.chunk().await?.context("the stream ended")?;
        let at = Instant::now();
        rest.push_str(std::str::from_utf8(&chunk)?);
        while let Some(end) = rest.find("\n\n") {
            let frame: String = rest.drain(..end + 2).collect();
            let turn =
                frame.split_once(r#""text":"turn "#).and_then(|(_, text)| text.split_once('.'));
            if let Some((turn, _)) = turn {
                received.push((turn.parse()?, at));
            }
        }
    }
    Ok(received)
}
