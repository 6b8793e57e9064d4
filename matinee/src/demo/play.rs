//! Plays a recording into a system while a viewer watches.

use std::time::Duration;

use indicatif::ProgressBar;
use serde_json::Value;
use service_kit::clock;

use crate::demo::target::Target;
use crate::recording::line::Line;
use crate::replay::client::CommandClient;
use crate::replay::{Plan, PlayOptions, Report, player};
use crate::sse::{WatchTarget, Watcher};

/// A show takes about so long, whatever the recording took.
const LENGTH_S: f64 = 15.0;

/// How to play.
#[derive(Debug, Clone)]
pub struct Show {
    /// Seconds of the recording in one second.
    pub speed: f64,
    /// Calls in flight.
    pub in_flight_max: usize,
    /// How long a call is repeated when nobody answers.
    pub patience: Duration,
    /// Moves with every line.
    pub progress: ProgressBar,
}

impl Show {
    /// For a recording that nobody asked a speed for.
    pub fn new(lines: &[Line], speed: Option<f64>) -> Self {
        Self {
            speed: speed.unwrap_or_else(|| default_speed(lines)),
            in_flight_max: 256,
            patience: Duration::from_mins(1),
            progress: ProgressBar::hidden(),
        }
    }
}

fn default_speed(lines: &[Line]) -> f64 {
    let length = Duration::from_millis(lines.last().map_or(0, |line| line.t_ms));
    (length.as_secs_f64() / LENGTH_S).round().max(1.0)
}

/// A show that has been played; the viewer still watches.
#[derive(Debug)]
pub struct Played {
    /// What was sent.
    pub report: Report,
    /// The viewer.
    pub watcher: Watcher,
}

/// Plays. `show_item` is called with each item that the viewer receives.
pub async fn play(
    target: &Target,
    lines: &[Line],
    show: &Show,
    show_item: impl FnMut(&Value) + Send + 'static,
) -> anyhow::Result<Played> {
    let plan = Plan::new(lines, show.speed, &run_name())?;
    let client = CommandClient::try_new(&target.command_url, target.tokens.clone(), show.patience)?;
    let watcher = Watcher::start(
        WatchTarget {
            query_url: target.query_url.clone(),
            app: target.app().clone(),
            room_id: plan.room_id.clone(),
            token: target.watcher_token()?,
            after: 0,
        },
        show_item,
    );
    let options = PlayOptions {
        speed: show.speed,
        in_flight_max: show.in_flight_max,
        progress: show.progress.clone(),
    };
    let report = player::play(&client, plan, &options).await?;
    Ok(Played { report, watcher })
}

/// Tells the rooms of one replay from those of the next.
pub fn run_name() -> String {
    format!("{:x}", clock::now().0)
}
