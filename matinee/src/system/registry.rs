//! Follows the registry's log, so that every service of this process knows which apps there are.

use std::error::Error;
use std::time::Duration;

use domain::ids::{AppId, LogSeq};
use domain::registry::registry_id;
use domain::state::AppState;
use nats::{Log, Nats, OpenLogError, ReadError, TailConfig, TailError};
use service_kit::apps::Apps;
use service_kit::error_chain::ErrorChain;
use tokio_util::sync::CancellationToken;

/// Events that are folded before the services are told.
const BATCH_EVENTS: usize = 1_000;
/// Pause before a log that is out of reach is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// Why the registry cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistryError {
    #[error("the registry's log cannot be opened")]
    Open(#[source] OpenLogError),
    #[error("the end of the registry's log is not known")]
    End(#[source] ReadError),
    #[error("the registry's log cannot be read")]
    Tail(#[source] TailError),
}

/// The registry at a place of its log.
#[derive(Debug)]
pub(crate) struct Follower {
    log: Log,
    state: AppState,
    log_seq: LogSeq,
}

impl Follower {
    /// Reads the log to its present end.
    pub(crate) async fn begin(nats: &Nats) -> Result<Self, RegistryError> {
        let log = nats.open_log(&registry_id()).await.map_err(RegistryError::Open)?;
        let end = log.last_seq().await.map_err(RegistryError::End)?;
        let mut follower = Self { log, state: AppState::default(), log_seq: LogSeq::default() };
        follower.read(|log_seq| end <= log_seq, |_| {}).await?;
        Ok(follower)
    }

    /// The apps that are there.
    pub(crate) fn apps(&self) -> impl Iterator<Item = &AppId> {
        self.state.registry.apps.keys()
    }

    /// Tells `apps` what is known by now.
    pub(crate) fn show(&self, apps: &Apps) {
        apps.show(&self.state.registry, self.log_seq);
    }

    /// Tells `apps` what comes, until shutdown. An error needs a person: a process that does not
    /// learn of deleted apps must not go on.
    pub(crate) async fn run(
        mut self,
        apps: Apps,
        shutdown: CancellationToken,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let following = async {
            loop {
                match self.read(|_| false, |this| this.show(&apps)).await {
                    // It reads on for ever.
                    Ok(()) => {}
                    Err(error @ RegistryError::Tail(TailError::Lost { .. })) => {
                        let error = ErrorChain(&error).to_string();
                        tracing::warn!(error, "registry out of reach");
                        tokio::time::sleep(RETRY).await;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        };
        shutdown.run_until_cancelled(following).await.unwrap_or(Ok(()))
    }

    async fn read(
        &mut self,
        is_enough: impl Fn(LogSeq) -> bool,
        after_batch: impl Fn(&Self),
    ) -> Result<(), RegistryError> {
        let mut tail = self.log.tail(self.log_seq, TailConfig::default());
        while !is_enough(self.log_seq) {
            let batch = tail.next_batch(BATCH_EVENTS).await.map_err(RegistryError::Tail)?;
            for read in batch {
                let events = read.commit.events.iter();
                events.for_each(|event| self.state.evolve(event, read.seq));
                self.log_seq = read.seq;
            }
            after_batch(self);
        }
        Ok(())
    }
}
