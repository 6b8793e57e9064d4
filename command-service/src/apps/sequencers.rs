//! The candidates of this instance, one for each app.

use std::collections::HashMap;

use domain::ids::AppId;
use domain::limits::Limits;
use nats::Nats;
use nats::log::{Log, OpenLogError};
use service_kit::tasks::Tasks;
use tokio_util::sync::CancellationToken;

use crate::gateway::submit::Submitter;
use crate::sequencer::config::SequencerConfig;
use crate::sequencer::handle::door;
use crate::sequencer::lead::Candidate;

/// Starts and stops candidates.
#[derive(Debug)]
pub(crate) struct Sequencers {
    pub(crate) nats: Nats,
    /// This instance's name.
    pub(crate) instance: String,
    pub(crate) config: SequencerConfig,
    pub(crate) limits: Limits,
    pub(crate) submitter: Submitter,
    pub(crate) tasks: Tasks,
    pub(crate) running: HashMap<AppId, Running>,
}

/// A candidate's task.
#[derive(Debug)]
pub(crate) struct Running {
    stop: CancellationToken,
    ended: CancellationToken,
}

impl Sequencers {
    /// Opens the app's log, creating it when it is missing, and starts its candidate.
    pub(crate) async fn start(&mut self, app: &AppId) -> Result<(), OpenLogError> {
        let log = self.nats.open_log(app).await?;
        self.run(log);
        Ok(())
    }

    fn run(&mut self, log: Log) {
        let app = log.app().clone();
        let (door, handle) = door();
        let candidate = Candidate {
            nats: self.nats.clone(),
            log,
            app: app.clone(),
            instance: self.instance.clone(),
            config: self.config.clone(),
            limits: self.limits.clone(),
            door,
        };
        let stop = self.tasks.shutdown_token().child_token();
        let ended = CancellationToken::new();
        self.submitter.add(app.clone(), handle);
        self.running.insert(app, Running { stop: stop.clone(), ended: ended.clone() });
        self.tasks.spawn("sequencer", async move {
            candidate.run(stop).await;
            ended.cancel();
        });
    }

    pub(crate) fn is_running(&self, app: &AppId) -> bool {
        self.running.contains_key(app)
    }

    /// Stops the candidate; what is returned ends when it has.
    pub(crate) fn stop(&mut self, app: &AppId) -> Option<CancellationToken> {
        self.submitter.remove(app);
        let Running { stop, ended } = self.running.remove(app)?;
        stop.cancel();
        Some(ended)
    }
}
