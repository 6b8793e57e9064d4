//! Benchmarks that print their figures. Each compares things in one run and alternates them, because
//! machines are noisy: quote medians and ratios, and keep them in `docs/performance.md`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing figures is the purpose")]

mod callers;
mod commands;
mod figures;
mod filter;
mod latency;
mod project;
mod push;
mod stage;

use clap::{Parser, Subcommand};

/// Prints figures for docs/performance.md.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Durable commands a second and their latency.
    Commands(commands::Options),
    /// Events a second from the log into Postgres, live and in a rebuild.
    Project(project::Options),
    /// What the content filter catches, flags by mistake, and costs.
    Filter(filter::Options),
    /// From a command sent to its SSE frame received.
    Latency(latency::Options),
    /// What a delivery to a viewer costs, beside other servers.
    Push(push::Options),
    /// The server that `push` starts.
    #[command(hide = true)]
    PushServer(push::server::Options),
}

fn main() -> anyhow::Result<()> {
    let Arguments { bench } = Arguments::parse();
    // Threads run where the thread that starts them runs.
    match bench {
        Bench::Push(_) => push::pin_load()?,
        Bench::PushServer(_) => push::pin_server()?,
        Bench::Commands(_) | Bench::Project(_) | Bench::Filter(_) | Bench::Latency(_) => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match bench {
            Bench::Commands(options) => commands::run(options).await,
            Bench::Project(options) => project::run(options).await,
            Bench::Filter(options) => filter::run(&options),
            Bench::Latency(options) => latency::run(options).await,
            Bench::Push(options) => push::run(options).await,
            Bench::PushServer(options) => push::server::run(options).await,
        }
    })
}
