//! `matinee replay-recording FILE --speed N`: a recorded room into a running system.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use domain::ids::AppId;

use crate::commands::Common;
use crate::demo::Target;
use crate::demo::play::run_name;
use crate::recording;
use crate::replay::client::CommandClient;
use crate::replay::{Plan, PlayOptions, Report, player};
use crate::terminal::{self, Colour, paint};

#[derive(Debug, Args)]
pub(super) struct ReplayRecording {
    /// The recording.
    file: PathBuf,
    /// Seconds of the recording in one second.
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// The command-service; that of the running `matinee up` if absent.
    #[arg(long)]
    url: Option<String>,
    /// The app; the first of the configuration if absent.
    #[arg(long)]
    app: Option<AppId>,
    /// Requests that wait for an answer at the same time.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..))]
    in_flight: u16,
    /// How many seconds a request is repeated while nobody answers. Ids are good for five minutes.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(0..=240))]
    patience_s: u16,
}

/// A number above zero.
pub(super) fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|error| format!("{error}"))?;
    let usable = speed.is_finite() && 0.001 <= speed;
    if usable { Ok(speed) } else { Err("must be at least 0.001".into()) }
}

impl ReplayRecording {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let config = common.load()?;
        let target = Target::of_running(&config, &config.data_dir, self.app.as_ref())?;
        let lines = recording::read(&self.file)?;
        let plan = Plan::new(&lines, self.speed, &run_name())?;
        let url = self.url.as_ref().unwrap_or(&target.command_url);
        let patience = Duration::from_secs(u64::from(self.patience_s));
        let client = CommandClient::try_new(url, target.tokens.clone(), patience)?;
        let progress = terminal::bar(plan.steps() as u64);
        let options = PlayOptions {
            speed: self.speed,
            in_flight_max: usize::from(self.in_flight),
            progress: progress.clone(),
        };
        let report = player::play(&client, plan, &options).await;
        progress.finish_and_clear();
        let report = report?;
        print(&report);
        Ok(if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn print(report: &Report) {
    terminal::line(&format!("played into room {}", report.room_id));
    for ((name, recorded), (_, accepted)) in
        report.recorded.rows().iter().zip(report.accepted.rows())
    {
        if *recorded != 0 {
            terminal::line(&format!("{name:<16} {accepted} of {recorded} accepted"));
        }
    }
    for (reason, count) in &report.refused {
        terminal::line(&paint(Colour::Red, &format!("{count} refused: {reason}")));
    }
    if report.retries != 0 {
        terminal::line(&format!("{} requests were repeated", report.retries));
    }
}
