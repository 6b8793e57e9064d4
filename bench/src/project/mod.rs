//! `bench project`: events a second from the log into all tables, in live batches and in catch-up
//! batches, and rebuilding one model.

mod show;

use std::time::Duration;

use anyhow::Context;
use domain::ids::{AppId, LogSeq};
use migrations::connection::PostgresConfig;
use migrations::testing::{Durability, TestPostgres};
use nats::client::Nats;
use nats::testing::TestServer;
use projector::{Mode, Projector, ProjectorConfig, Rebuilder};

use crate::figures::{Run, median, rate, table};
use crate::stage::database;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Events in the log.
    #[arg(long, default_value_t = 300_000)]
    events: usize,
    /// Events of one commit.
    #[arg(long, default_value_t = 50)]
    pack: usize,
    /// Runs of each; they alternate.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Models to rebuild.
    #[arg(long, value_delimiter = ',', default_values_t = ["room_feed".to_owned(), "room".to_owned(), "user_level".to_owned()])]
    rebuild: Vec<String>,
}

/// Events of a live batch, and of one that is behind.
const BATCHES: [usize; 2] = [1_000, 5_000];

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let server = TestServer::start().await;
    let nats = Nats::connect(&server.config()).await?;
    let app: AppId = "bench".parse()?;
    eprintln!("writing {} events …", options.events);
    let end = show::write(&nats, &app, options.events, options.pack).await?;
    let postgres = TestPostgres::start_with(Durability::Full)?;

    let mut names: Vec<String> =
        BATCHES.map(|batch| format!("all tables, batches of {batch}")).into();
    names.extend(options.rebuild.iter().map(|model| format!("rebuild of {model}")));
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); names.len()];
    for _ in 0..options.runs {
        let mut live = None;
        for (batch, runs) in BATCHES.iter().zip(&mut runs) {
            eprintln!("all tables, batches of {batch} …");
            let config = database(&postgres).await?;
            runs.push(project(&nats, &app, &config, *batch, end).await?);
            live = Some(config);
        }
        let live = live.context("there are batch sizes")?;
        for (model, runs) in options.rebuild.iter().zip(&mut runs[BATCHES.len()..]) {
            eprintln!("rebuild of {model} …");
            runs.push(rebuild(&nats, &app, &live, model).await?);
        }
    }
    let mut figures = table(&["what", "events/s", "range", "ms a batch"]);
    for (name, runs) in names.into_iter().zip(runs) {
        let Some((run, low, high)) = median(runs) else { continue };
        let range = format!("{}-{}", rate(low), rate(high));
        figures.add_row([name, rate(run.per_second), range, format!("{:.1}", run.p50_ms)]);
    }
    println!("{figures}");
    Ok(())
}

async fn project(
    nats: &Nats,
    app: &AppId,
    postgres: &PostgresConfig,
    batch: usize,
    end: LogSeq,
) -> anyhow::Result<Run> {
    let config = ProjectorConfig {
        batch_events_live: batch,
        batch_events_catch_up: batch,
        ..ProjectorConfig::default()
    };
    let projector = Projector::new(nats.clone(), postgres.clone(), config);
    let projected = projector.run_until(app, end).await?;
    let took = projected.took.as_secs_f64();
    let events = f64::from(u32::try_from(projected.events)?);
    let batches = f64::from(u32::try_from(projected.batches)?);
    Ok(Run { per_second: events / took, p50_ms: took * 1e3 / batches, p99_ms: 0.0 })
}

async fn rebuild(
    nats: &Nats,
    app: &AppId,
    postgres: &PostgresConfig,
    model: &str,
) -> anyhow::Result<Run> {
    let config = ProjectorConfig::default();
    let rebuilder = Rebuilder::new(nats.clone(), postgres.clone(), config);
    let apps = [app.clone()];
    let report = rebuilder.rebuild(model, &apps, Mode::Rebuild, &mut |_| {}).await?;
    anyhow::ensure!(report.switched, "the rebuilt rows of {model} differ");
    let per_second = f64::from(u32::try_from(report.events)?) / report.seconds;
    let p50_ms = Duration::from_secs_f64(report.seconds).as_secs_f64() * 1e3;
    Ok(Run { per_second, p50_ms, p99_ms: 0.0 })
}
