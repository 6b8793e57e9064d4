//! `matinee demo`: the whole system with a show in it, and a table that compares all counts.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use domain::ids::AppId;
use indicatif::ProgressBar;
use serde_json::Value;
use service_kit::tasks::Tasks;
use service_kit::telemetry::{self, TelemetryConfig};

use crate::commands::Common;
use crate::commands::replay_recording::speed;
use crate::config::MatineeConfig;
use crate::demo::feed_line::feed_line;
use crate::demo::{Show, Table, Target, count, play};
use crate::recording::line::Line;
use crate::supervise::StartError;
use crate::supervise::home::Home;
use crate::system::System;
use crate::{recording, show, terminal};

/// A person can read about so many lines.
const LINES_PER_SECOND: u32 = 6;

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// A recorded room instead of the generated show.
    #[arg(long, value_name = "FILE")]
    recording: Option<PathBuf>,
    /// Seconds of the show in one second; by default it takes about 15 seconds.
    #[arg(long, value_parser = speed)]
    speed: Option<f64>,
    /// Seed of the generated show.
    #[arg(long, default_value_t = show::DEFAULT_SEED)]
    seed: u64,
    /// The app; the first of the configuration if absent.
    #[arg(long)]
    app: Option<AppId>,
    /// Leave everything running afterwards, until Ctrl-C.
    #[arg(long)]
    keep: bool,
}

impl Demo {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let config = common.load()?;
        telemetry::init(&quiet(&config.telemetry))?;
        let lines = match &self.recording {
            Some(path) => recording::read(path)?,
            None => show::generate(self.seed),
        };
        let tasks = Tasks::new();
        tasks.shut_down_on_signals()?;
        let speed = Show::new(&lines, self.speed).speed;
        // Boxed: it holds the whole configuration.
        let (system, target) = Box::pin(self.system(config, speed, tasks.clone())).await?;
        let shutdown = tasks.shutdown_token();
        let shown = tokio::select! {
            shown = self.show(&target, &lines) => shown,
            () = shutdown.cancelled() => Err(anyhow::anyhow!("stopped before the end of the show")),
        };
        if let Some(system) = system {
            if self.keep && shown.is_ok() {
                terminal::line(&format!("still there: {}", system.addresses.query_url));
                system.until_shutdown().await;
            }
            let spinner = terminal::spinner("stopping");
            let stopped = system.stop().await;
            spinner.finish_and_clear();
            stopped?;
        }
        Ok(if shown? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// A system of our own, or the one that runs with this data directory already.
    async fn system(
        &self,
        mut config: MatineeConfig,
        speed: f64,
        tasks: Tasks,
    ) -> anyhow::Result<(Option<System>, Target)> {
        let home = match Home::take(&config.data_dir) {
            Ok(home) => home,
            Err(StartError::InUse { path, .. }) => {
                terminal::line("playing into the matinee that is running");
                let target = Target::of_running(&config, &path, self.app.as_ref())?;
                return Ok((None, target));
            }
            Err(other) => return Err(other.into()),
        };
        // At twenty times the speed a room takes twenty times as much in a second.
        let limiter = config.command.sequencer.limiter;
        config.command.sequencer.limiter = limiter.at_speed(speed);
        config.query.hub.shaping = config.query.hub.shaping.at_speed(speed);
        // Nobody needs to know the ports of a demo, and the usual ones may be taken.
        config.command.http.listen.set_port(0);
        config.query.http.listen.set_port(0);
        config.signer.http.listen.set_port(0);
        config.callbacks.http.listen.set_port(0);
        let begun = Instant::now();
        let spinner = terminal::spinner("starting nats-server, Postgres and all services");
        let system = Box::pin(System::up(config, home, tasks)).await;
        spinner.finish_and_clear();
        let system = system?;
        let took_s = begun.elapsed().as_secs_f32();
        terminal::line(&format!("everything is running after {took_s:.1} s"));
        let target = Target::of_system(&system, self.app.as_ref())?;
        Ok((Some(system), target))
    }

    /// Whether everything added up.
    async fn show(&self, target: &Target, lines: &[Line]) -> anyhow::Result<bool> {
        let show = Show { progress: terminal::bar(0), ..Show::new(lines, self.speed) };
        let (count_lines, speed) = (lines.len(), show.speed);
        terminal::line(&format!("playing {count_lines} lines at {speed} times the speed\n"));
        let mut screen = Screen::new(show.progress.clone());
        let played = play(target, lines, &show, move |item| screen.show(item)).await;
        show.progress.finish_and_clear();
        let mut played = played?;
        let spinner = terminal::spinner("counting");
        let counts = count(target, &mut played).await;
        spinner.finish_and_clear();
        let table = Table::of(&counts?);
        terminal::line(&format!("\n{}", table.text));
        Ok(table.is_equal)
    }
}

/// A demo is for a person: only what is out of order is logged, unless asked otherwise.
fn quiet(config: &TelemetryConfig) -> TelemetryConfig {
    if *config != TelemetryConfig::default() {
        return config.clone();
    }
    TelemetryConfig { filter: "warn".into(), ..config.clone() }
}

/// Shows a feed no faster than it can be read; money and the host always, chat as there is room.
struct Screen {
    progress: ProgressBar,
    second: Instant,
    lines: u32,
    left_out: u32,
}

impl Screen {
    fn new(progress: ProgressBar) -> Self {
        Self { progress, second: Instant::now(), lines: 0, left_out: 0 }
    }

    fn show(&mut self, item: &Value) {
        let Some(line) = feed_line(item) else { return };
        if Duration::from_secs(1) < self.second.elapsed() {
            if 0 < self.left_out {
                let left_out = self.left_out;
                self.print(&format!("       … and {left_out} more"));
            }
            (self.second, self.lines, self.left_out) = (Instant::now(), 0, 0);
        }
        let room = if line.important { LINES_PER_SECOND } else { LINES_PER_SECOND / 2 };
        if room <= self.lines {
            self.left_out += 1;
            return;
        }
        self.lines += 1;
        self.print(&line.text);
    }

    fn print(&self, text: &str) {
        self.progress.suspend(|| terminal::line(text));
    }
}
