//! Follows the registry: an app that was created gets its log and a candidate here, one that was
//! deleted loses both, its snapshots and its readers' checkpoints.
//!
//! Every instance does this, whoever leads: all of it may be done again, and a deleted id is never
//! given to another app, so nothing can be removed that somebody needs. What an instance had not
//! done when it was killed, or what one that lags has made again, another finds: now and then the
//! streams that are there are compared with the apps that are gone.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ids::AppId;
use nats::checkpoint::CheckpointError;
use nats::log::{DeleteLogError, ListError, OpenLogError};
use nats::snapshot::SnapshotError;
use service_kit::apps::Apps;
use service_kit::error_chain::ErrorChain;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::apps::config::AppsConfig;
use crate::apps::sequencers::Sequencers;

/// Keeps logs and candidates as the registry has them.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) apps: Apps,
    pub(crate) sequencers: Sequencers,
    pub(crate) config: AppsConfig,
}

/// What is tried again.
#[derive(Debug, thiserror::Error)]
enum KeepError {
    #[error("the log of an app cannot be opened")]
    Open(#[source] OpenLogError),
    #[error("it is not known what is left of deleted apps")]
    List(#[source] ListError),
    #[error("the log of a deleted app is still there")]
    Log(#[source] DeleteLogError),
    #[error("the snapshots of a deleted app are still there")]
    Snapshots(#[source] SnapshotError),
    #[error("the checkpoints of a deleted app are still there")]
    Checkpoints(#[source] CheckpointError),
}

impl Keeper {
    /// Keeps until shutdown.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.keep()).await;
    }

    async fn keep(&mut self) {
        let mut registered = self.apps.registered();
        loop {
            let (present, deleted) = {
                let registered = registered.borrow_and_update();
                let present: Vec<AppId> = registered.apps().cloned().collect();
                (present, registered.deleted().cloned().collect::<BTreeSet<_>>())
            };
            let pause_ms = match self.catch_up(&present, &deleted).await {
                Ok(()) => self.config.sweep_ms,
                Err(error) => {
                    tracing::warn!(error = %ErrorChain(&error), "apps not kept, trying again");
                    self.config.retry_ms
                }
            };
            // The sender lives in `apps`, so a change cannot fail; the pause is the sweep.
            timeout(Duration::from_millis(pause_ms), registered.changed()).await.ok();
        }
    }

    async fn catch_up(
        &mut self,
        present: &[AppId],
        deleted: &BTreeSet<AppId>,
    ) -> Result<(), KeepError> {
        for app in present {
            if !self.sequencers.is_running(app) && !self.apps.is_configured(app) {
                self.sequencers.start(app).await.map_err(KeepError::Open)?;
            }
        }
        self.stop(deleted).await;
        if deleted.is_empty() {
            return Ok(());
        }
        let nats = &self.sequencers.nats;
        let stored = nats.stored_apps().await.map_err(KeepError::List)?;
        for app in stored.intersection(deleted) {
            // The configuration may have taken an id over; then it counts.
            if self.apps.is_configured(app) {
                continue;
            }
            nats.delete_log(app).await.map_err(KeepError::Log)?;
            nats.delete_snapshots(app).await.map_err(KeepError::Snapshots)?;
            nats.delete_checkpoints(app).await.map_err(KeepError::Checkpoints)?;
            tracing::info!(app.id = %app, "all that was stored of a deleted app removed");
        }
        Ok(())
    }

    /// First the writers: one that stops may still store a snapshot. The lease of one that does not
    /// stop in time vanishes by itself.
    async fn stop(&mut self, deleted: &BTreeSet<AppId>) {
        let stopping: Vec<CancellationToken> =
            deleted.iter().filter_map(|app| self.sequencers.stop(app)).collect();
        let limit = Duration::from_millis(self.config.stop_ms);
        for ended in stopping {
            timeout(limit, ended.cancelled()).await.ok();
        }
    }
}
