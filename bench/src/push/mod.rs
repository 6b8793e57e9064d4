//! `bench push`: what a delivery costs the query-service, beside other servers, in one interleaved run.
//!
//! The server under test runs alone on core 0, everything else on core 1: the viewers
//! ([`viewers`]), whoever publishes ([`publish`]), nats-server. A server's CPU is its user and system
//! time, which on the loopback includes the receiving half of TCP. Every viewer checks that nothing
//! is missing, twice or out of order; one violation ends the program with an error.

mod frames;
mod process;
mod publish;
mod scenario;
pub(crate) mod server;
mod target;
mod viewers;

use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use anyhow::Context;
use hdrhistogram::Histogram;

use self::publish::Publisher;
use self::scenario::{Load, SCENARIOS, Scenario};
use self::server::Report;
use self::target::{Started, Target};
use self::viewers::{Board, Viewers};
use crate::figures::{rate, table};

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Only these: single, saturated, chat, big, many, beside, online, idle.
    #[arg(long, value_delimiter = ',')]
    scenarios: Vec<String>,
    /// Only these servers.
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = [Target::MatineeSse, Target::MatineeWs, Target::Uws, Target::NodeWs, Target::NchanSse, Target::NchanWs])]
    servers: Vec<Target>,
    /// Runs of each; they alternate.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Where `npm install --prefix` has put `ws` and `@trufflesuite/uws-js-unofficial`.
    #[arg(long, default_value = ".matinee/peers")]
    peers: PathBuf,
}

/// Figures of one run.
#[derive(Debug, Clone, Copy)]
struct Figures {
    cpu_us: f64,
    deliveries_per_s: f64,
    core_percent: f64,
    p50_ms: f64,
    p99_ms: f64,
    per_read: f64,
    kilobytes: f64,
    /// Until messages are accepted: the median and the 99th percentile.
    accepted_ms: [f64; 2],
    /// From there until they are written, in small rooms, if the server says so.
    waited_ms: Option<[f64; 2]>,
}

/// For the process that is a server.
pub(crate) fn pin_server() -> anyhow::Result<()> {
    process::pin(process::SERVER_CORE)
}

/// For everything else. Before the runtime starts its threads.
pub(crate) fn pin_load() -> anyhow::Result<()> {
    process::raise_descriptor_limit()?;
    process::pin(process::LOAD_CORE)
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let mut servers = options.servers.clone();
    servers.retain(|server| match server.missing(&options.peers) {
        Some(cure) => {
            eprintln!("{} is left out; to have it: {cure}", server.name());
            false
        }
        None => true,
    });
    let wanted = |scenario: &&Scenario| {
        options.scenarios.is_empty() || options.scenarios.iter().any(|name| name == scenario.name)
    };
    for scenario in SCENARIOS.iter().filter(wanted) {
        let servers: Vec<Target> = servers
            .iter()
            .copied()
            .filter(|server| server.is_ours() || !scenario.says_figures())
            .collect();
        let mut runs: Vec<Vec<Figures>> = vec![Vec::new(); servers.len()];
        for _ in 0..options.runs {
            for (server, runs) in servers.iter().zip(&mut runs) {
                eprintln!("{}, {} …", scenario.what, server.name());
                let figures = run_once(*server, scenario, &options)
                    .await
                    .with_context(|| format!("{}, {}", scenario.name, server.name()))?;
                runs.push(figures);
            }
        }
        print(scenario, &servers, runs);
    }
    Ok(())
}

async fn run_once(
    target: Target,
    scenario: &Scenario,
    options: &Options,
) -> anyhow::Result<Figures> {
    let started = target.start(scenario, &options.peers).await?;
    let scenario = *scenario;
    tokio::task::spawn_blocking(move || measure(target, &scenario, started)).await?
}

fn measure(target: Target, scenario: &Scenario, started: Started) -> anyhow::Result<Figures> {
    let before = started.process.resident()?;
    let path = |room| Started::path(target, room);
    let entrance = started.entrance(&path)?;
    let viewers = Viewers::connect(&entrance, scenario)?;
    // Let the server come to rest.
    std::thread::sleep(Duration::from_millis(500));
    let grown = started.process.resident()?.saturating_sub(before);
    let board = Arc::new(Board::new(scenario));
    let (told, reached) = mpsc::channel();
    let Started { process, mut publisher, mut report, .. } = started;

    let (cpu, began) = (process.cpu()?, Instant::now());
    let publishing = std::thread::spawn({
        let (scenario, board) = (*scenario, Arc::clone(&board));
        move || publish::run(&mut publisher, &scenario, &board, &reached).map(|()| publisher)
    });
    let seen = viewers.watch(scenario, &board, &told)?;
    let (cpu, took) = (process.cpu()?.saturating_sub(cpu), began.elapsed());
    drop(told);
    let joined = publishing.join().map_err(|_panic| anyhow::anyhow!("the publisher panicked"));
    let Publisher { accepted, .. } = joined??;

    #[expect(clippy::cast_precision_loss, reason = "figures are rounded anyway")]
    let float = |count: u64| count as f64;
    let deliveries = float(seen.deliveries);
    let ms = |of: &Histogram<u64>, quantile| float(of.value_at_quantile(quantile)) / 1e3;
    Ok(Figures {
        cpu_us: cpu.as_secs_f64() * 1e6 / deliveries,
        deliveries_per_s: deliveries / took.as_secs_f64(),
        core_percent: cpu.as_secs_f64() / took.as_secs_f64() * 100.0,
        p50_ms: ms(&seen.latencies, 0.5),
        p99_ms: ms(&seen.latencies, 0.99),
        per_read: deliveries / float(seen.reads),
        kilobytes: float(grown) / 1_024.0 / float(scenario.viewers() as u64),
        accepted_ms: [ms(&accepted, 0.5), ms(&accepted, 0.99)],
        waited_ms: report.as_mut().map(Report::waits).transpose()?,
    })
}

fn print(scenario: &Scenario, servers: &[Target], runs: Vec<Vec<Figures>>) {
    println!("\n{}\n", scenario.what);
    let idle = matches!(scenario.load, Load::Idle);
    let mut figures = if idle {
        table(&["server", "kB each", "range"])
    } else {
        table(&[
            "server",
            "µs CPU",
            "range",
            "ratio to uWS",
            "deliveries/s",
            "core %",
            "p50 ms",
            "p99 ms",
            "items a read",
            "kB each",
        ])
    };
    let key = |run: &Figures| if idle { run.kilobytes } else { run.cpu_us };
    let middle = |mut runs: Vec<Figures>| {
        runs.sort_by(|a, b| key(a).total_cmp(&key(b)));
        let (first, last) = (key(runs.first()?), key(runs.last()?));
        Some((runs[runs.len() / 2], format!("{first:.2}-{last:.2}")))
    };
    let middles: Vec<_> = runs.into_iter().map(middle).collect();
    let uws = servers.iter().zip(&middles).find(|(server, _)| **server == Target::Uws);
    let uws = uws.and_then(|(_, middle)| middle.as_ref()).map(|(run, _)| run.cpu_us);
    for (server, middle) in servers.iter().zip(&middles) {
        let Some((run, range)) = middle else { continue };
        let kilobytes = format!("{:.1}", run.kilobytes);
        if idle {
            figures.add_row([server.name().to_owned(), kilobytes, range.clone()]);
            continue;
        }
        figures.add_row([
            server.name().to_owned(),
            format!("{:.2}", run.cpu_us),
            range.clone(),
            uws.map_or_else(String::new, |uws| format!("{:.2}", run.cpu_us / uws)),
            rate(run.deliveries_per_s),
            format!("{:.0}", run.core_percent),
            format!("{:.1}", run.p50_ms),
            format!("{:.1}", run.p99_ms),
            format!("{:.1}", run.per_read),
            kilobytes,
        ]);
    }
    println!("{figures}");
    // In a closed loop there is no small room, and all latency is queueing.
    if let Load::Rate { .. } | Load::Beside { .. } = scenario.load {
        print_split(servers, &middles);
    }
}

/// Where the time goes, as far as a server says.
fn print_split(servers: &[Target], middles: &[Option<(Figures, String)>]) {
    let mut figures =
        table(&["server", "accepted p50 ms", "p99 ms", "then written p50 ms", "p99 ms"]);
    for (server, middle) in servers.iter().zip(middles) {
        let Some((run, _)) = middle else { continue };
        let Some(waited) = run.waited_ms.filter(|[_, high]| 0.0 < *high) else { continue };
        let split = [run.accepted_ms, waited].concat();
        let split = split.iter().map(|ms| format!("{ms:.2}"));
        figures.add_row([server.name().to_owned()].into_iter().chain(split));
    }
    println!("\n{figures}");
}
