//! Sends the calls of a plan at their time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::UserId;
use indicatif::ProgressBar;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::recording::sums::Sums;
use crate::replay::call::Call;
use crate::replay::client::{Answer, CommandClient, SendError};
use crate::replay::plan::{Plan, Step};
use crate::replay::report::Report;

/// How to play.
#[derive(Debug, Clone)]
pub struct PlayOptions {
    /// Seconds of the recording in one second.
    pub speed: f64,
    /// Calls that wait for an answer at the same time.
    pub in_flight_max: usize,
    /// Moves with every answered line.
    pub progress: ProgressBar,
}

/// What one lane of steps was answered.
#[derive(Debug, Default)]
struct Tally {
    accepted: Sums,
    refused: HashMap<String, u64>,
    retries: u64,
    log_seq: u64,
}

#[derive(Clone)]
struct Stage {
    client: CommandClient,
    begun_at: Instant,
    speed: f64,
    in_flight: Arc<Semaphore>,
    progress: ProgressBar,
}

/// Plays a plan to its end. A refused line is counted; a line without an answer ends the replay with
/// an error.
pub async fn play(
    client: &CommandClient,
    plan: Plan,
    options: &PlayOptions,
) -> Result<Report, SendError> {
    let mut report = Report::new(plan.room_id.clone(), plan.recorded, plan.types.clone());
    let stage = Stage {
        client: client.clone(),
        begun_at: Instant::now(),
        speed: options.speed,
        in_flight: Arc::new(Semaphore::new(options.in_flight_max)),
        progress: options.progress.clone(),
    };
    options.progress.set_length(plan.steps() as u64);
    options.progress.set_message("preparing the room");
    stage.prepare(plan.preparations, &mut report).await?;
    for call in plan.opening {
        let answer = client.send(&call).await?;
        report.retries += answer.retries;
    }
    options.progress.set_message("playing");
    let stage = Stage { begun_at: Instant::now(), ..stage };
    for scene in plan.scenes {
        stage.scene(scene, &mut report).await?;
    }
    Ok(report)
}

impl Stage {
    async fn send(&self, call: &Call) -> Result<Answer, SendError> {
        // The semaphore is never closed; without a permit the call would only be less bounded.
        let _permit = self.in_flight.acquire().await.ok();
        self.client.send(call).await
    }

    /// All at once, as far as the bound allows.
    async fn prepare(&self, calls: Vec<Call>, report: &mut Report) -> Result<(), SendError> {
        let mut sending = JoinSet::new();
        for call in calls {
            let stage = self.clone();
            sending.spawn(async move { stage.send(&call).await });
        }
        while let Some(joined) = sending.join_next().await {
            report.retries += joined.unwrap_or_else(resume_panic)?.retries;
        }
        Ok(())
    }

    /// A lane for each user: a user's own steps keep their order, different users do not wait for
    /// each other.
    async fn scene(&self, scene: Vec<Step>, report: &mut Report) -> Result<(), SendError> {
        let mut lanes: HashMap<UserId, Vec<Step>> = HashMap::new();
        for step in scene {
            lanes.entry(step.user.clone()).or_default().push(step);
        }
        let mut playing = JoinSet::new();
        for lane in lanes.into_values() {
            let stage = self.clone();
            playing.spawn(async move { stage.lane(lane).await });
        }
        while let Some(joined) = playing.join_next().await {
            let tally = joined.unwrap_or_else(resume_panic)?;
            report.accepted += tally.accepted;
            report.retries += tally.retries;
            report.log_seq.0 = report.log_seq.0.max(tally.log_seq);
            for (reason, count) in tally.refused {
                *report.refused.entry(reason).or_default() += count;
            }
        }
        Ok(())
    }

    async fn lane(&self, steps: Vec<Step>) -> Result<Tally, SendError> {
        let mut tally = Tally::default();
        let mut names = HashMap::new();
        for step in steps {
            sleep_until(self.begun_at + after(step.at_ms, self.speed)).await;
            match self.send(&step.call.filled(&names)).await {
                Ok(answer) => {
                    if let (Some(name), Some(room_seq)) = (step.name, answer.room_seq) {
                        names.insert(name, room_seq);
                    }
                    tally.accepted += step.sums;
                    tally.retries += answer.retries;
                    tally.log_seq = tally.log_seq.max(answer.log_seq.0);
                }
                Err(SendError::Refused { problem, .. }) => {
                    *tally.refused.entry(problem).or_default() += 1;
                }
                Err(other) => return Err(other),
            }
            self.progress.inc(1);
        }
        Ok(tally)
    }
}

fn after(at_ms: u64, speed: f64) -> Duration {
    Duration::from_millis(at_ms).div_f64(speed)
}

/// A lane that panicked takes the replay with it.
fn resume_panic<T>(error: tokio::task::JoinError) -> T {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => unreachable!("nobody cancels a lane: {error}"),
    }
}
