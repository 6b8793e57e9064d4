//! `bench commands`: durable commands a second, into the sequencer directly, over HTTP and over the
//! batch endpoint, beside the same append loop without rules, and beside a peer.
//!
//! nats-server flushes the disk for each append (`sync_interval: always`), and runs on the same
//! cores as everything else.

mod bare_loop;
mod batch;
mod direct;
mod http;
#[cfg(feature = "peer")]
mod peer;

use std::time::Duration;

use crate::figures::{Run, median, rate, table};

use crate::stage::Stage;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Callers at once.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 64, 256, 1000])]
    callers: Vec<usize>,
    /// Runs of each; they alternate.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Seconds of a run.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Only these: bare, direct, http, batch, peer.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// Lines of one batch request.
const BATCH_LINES: usize = 100;

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let length = Duration::from_secs_f64(options.seconds);
    let mut figures =
        table(&["callers", "path", "commands/s", "range", "p50 ms", "p99 ms", "ratio"]);
    let mut paths = vec!["bare", "direct", "http", "batch"];
    if cfg!(feature = "peer") {
        paths.push("peer");
    }
    paths.retain(|path| options.only.is_empty() || options.only.iter().any(|only| only == path));
    for &callers in &options.callers {
        let mut runs: Vec<Vec<Run>> = vec![Vec::new(); paths.len()];
        for _ in 0..options.runs {
            for (path, runs) in paths.iter().zip(&mut runs) {
                eprintln!("{callers} callers, {path} …");
                runs.push(run_once(path, callers, length).await?);
            }
        }
        let mut first = None;
        for (path, runs) in paths.iter().zip(runs) {
            let Some((run, low, high)) = median(runs) else { continue };
            let ratio = run.per_second / *first.get_or_insert(run.per_second);
            figures.add_row([
                callers.to_string(),
                (*path).to_owned(),
                rate(run.per_second),
                format!("{}-{}", rate(low), rate(high)),
                format!("{:.2}", run.p50_ms),
                format!("{:.2}", run.p99_ms),
                format!("{ratio:.2}"),
            ]);
        }
    }
    println!("{figures}");
    Ok(())
}

/// A fresh server for each run: nobody inherits another's log.
async fn run_once(path: &str, callers: usize, length: Duration) -> anyhow::Result<Run> {
    match path {
        "bare" => bare_loop::run(callers, length).await,
        "direct" => direct::run(&Stage::start().await?, callers, length).await,
        "http" => http::run(&Stage::start().await?, callers, length).await,
        "batch" => batch::run(&Stage::start().await?, callers, length, BATCH_LINES).await,
        #[cfg(feature = "peer")]
        "peer" => peer::run(callers, length).await,
        other => anyhow::bail!("there is no path `{other}`"),
    }
}
