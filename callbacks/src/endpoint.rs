//! One endpoint, for as long as the process runs: whenever its lease is free, from its checkpoint on.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ids::LogSeq;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use nats::{
    Checkpoint, CheckpointError, LeaseError, Log, Nats, OpenLogError, ReadError, TailError,
};
use service_kit::apps::Apps;
use service_kit::clock;
use service_kit::error_chain::ErrorChain;
use service_kit::webhook::Target;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::config::{CallbacksConfig, EndpointConfig};
use crate::delivery::{Courier, Fate};
use crate::lanes::{InHand, Lanes};
use crate::metrics;
use crate::progress::Progress;

/// How long an endpoint may take for its last answers when a process stops; less than a lease lives.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// An endpoint and what it takes to serve it.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) config: Arc<CallbacksConfig>,
    /// Its place in the configuration.
    pub(crate) index: usize,
    pub(crate) target: Target,
    pub(crate) nats: Nats,
    pub(crate) apps: Apps,
    /// This instance's name, in the lease.
    pub(crate) holder: String,
}

/// Why an endpoint is not served for a moment.
#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error("its lease cannot be asked for")]
    Lease(#[source] LeaseError),
    #[error("the log cannot be opened")]
    Open(#[source] OpenLogError),
    #[error("the end of the log is not known")]
    End(#[source] ReadError),
    #[error("the log cannot be read")]
    Tail(#[source] TailError),
    #[error("its checkpoint cannot be kept")]
    Checkpoint(#[source] CheckpointError),
    #[error("its checkpoint is not what was written")]
    Progress(#[source] serde_json::Error),
}

/// What the checkpoint of an endpoint is called, and its lease.
pub(crate) fn reader(endpoint: &EndpointConfig) -> String {
    format!("callbacks-{}", endpoint.name)
}

/// How far an endpoint has come, here and in the checkpoint.
#[derive(Debug)]
struct Kept {
    checkpoint: Checkpoint,
    progress: Progress,
    /// As it stands in the checkpoint.
    written: Bytes,
}

impl Kept {
    /// Writes what has changed.
    async fn write(&mut self) -> Result<(), Interrupted> {
        let value = self.progress.to_json().map_err(Interrupted::Progress)?;
        if value != self.written {
            self.checkpoint.write(value.clone()).await.map_err(Interrupted::Checkpoint)?;
            self.written = value;
        }
        Ok(())
    }
}

impl Endpoint {
    fn endpoint(&self) -> &EndpointConfig {
        &self.config.endpoints[self.index]
    }

    /// Serves it until shutdown, as often as it takes.
    pub(crate) async fn run(self, shutdown: CancellationToken) {
        let EndpointConfig { app, name, .. } = self.endpoint();
        let mut failing = false;
        while !shutdown.is_cancelled() {
            let served = self.term(&shutdown).await;
            if let Err(error) = &served {
                let error = ErrorChain(error).to_string();
                // An app that is not there yet would fill the log.
                if failing {
                    tracing::debug!(app.id = %app, endpoint = name, error, "still not served");
                } else {
                    tracing::warn!(app.id = %app, endpoint = name, error, "endpoint not served");
                }
            }
            failing = served.is_err();
            let retry = tokio::time::sleep(Duration::from_millis(self.config.retry_ms));
            shutdown.run_until_cancelled(retry).await;
        }
    }

    /// From lease to release. Returns at once if another instance serves it.
    async fn term(&self, stop: &CancellationToken) -> Result<(), Interrupted> {
        let endpoint = self.endpoint();
        let lease =
            self.nats.acquire_reader_lease(&endpoint.app, &reader(endpoint), &self.holder).await;
        let Some(lease) = lease.map_err(Interrupted::Lease)? else { return Ok(()) };
        let end = stop.child_token();
        let renew_every = Duration::from_millis(self.config.lease_renew_ms);
        let served = lease.during(renew_every, &end, Box::pin(self.serve(&end))).await;
        metrics::serves(endpoint, false, false);
        served
    }

    async fn serve(&self, end: &CancellationToken) -> Result<(), Interrupted> {
        let endpoint = self.endpoint();
        let log = if self.apps.is_configured(&endpoint.app) {
            self.nats.open_log(&endpoint.app).await
        } else {
            self.nats.open_existing_log(&endpoint.app).await
        };
        let log = log.map_err(Interrupted::Open)?;
        let mut kept = self.begin(&log).await?;
        let from = kept.progress.log_seq;
        tracing::info!(app.id = %endpoint.app, endpoint = endpoint.name, log.seq = %from, "serving");
        metrics::serves(endpoint, true, false);
        let followed = self.follow(&log, &mut kept, end).await;
        kept.write().await?;
        if matches!(followed, Ok(Ended::Gone)) {
            tracing::error!(
                app.id = %endpoint.app, endpoint = endpoint.name, log.seq = %kept.progress.log_seq,
                "the endpoint says that it is gone; it is not called again before the next start"
            );
            metrics::serves(endpoint, true, true);
            // The lease stays here, so that no other instance tries.
            end.cancelled().await;
        }
        followed.map(|_ended| ())
    }

    async fn begin(&self, log: &Log) -> Result<Kept, Interrupted> {
        let endpoint = self.endpoint();
        let opened = self.nats.open_checkpoint(&endpoint.app, &reader(endpoint)).await;
        let (checkpoint, stored) = opened.map_err(Interrupted::Checkpoint)?;
        if let Some(written) = stored {
            let progress = Progress::parse(&written).map_err(Interrupted::Progress)?;
            return Ok(Kept { checkpoint, progress, written });
        }
        let first = if endpoint.from_start {
            LogSeq::default()
        } else {
            log.last_seq().await.map_err(Interrupted::End)?
        };
        // Written at once: "from now on" is this moment, whatever happens next.
        let mut kept = Kept { checkpoint, progress: Progress::at(first), written: Bytes::new() };
        kept.write().await?;
        Ok(kept)
    }

    async fn follow(
        &self,
        log: &Log,
        kept: &mut Kept,
        end: &CancellationToken,
    ) -> Result<Ended, Interrupted> {
        let endpoint = self.endpoint();
        let courier = Courier::new(&self.config, endpoint, &self.target, end);
        let mut lanes = Lanes::after(kept.progress.log_seq);
        let mut tail = log.tail(kept.progress.log_seq, self.config.tail());
        let mut on_their_way = FuturesUnordered::new();
        let mut tick = interval(Duration::from_millis(self.config.checkpoint_ms));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let started: Vec<InHand> = tokio::select! {
                () = end.cancelled() => break,
                read = tail.next(), if lanes.events() < self.config.window_events => {
                    let commit = read.map_err(Interrupted::Tail)?;
                    lanes.take(commit, |event| endpoint.wants(&event.data))
                }
                Some((in_hand, fate)) = on_their_way.next() => {
                    match self.account(kept, fate) {
                        Accounted::Done => lanes.finish(&in_hand).into_iter().collect(),
                        Accounted::Gone => return Ok(Ended::Gone),
                        Accounted::Left => vec![],
                    }
                }
                _ = tick.tick() => {
                    kept.write().await?;
                    let oldest_ms = lanes.oldest().map_or(0, |oldest| clock::now().0 - oldest.0);
                    metrics::waiting(endpoint, lanes.events(), oldest_ms);
                    vec![]
                }
            };
            kept.progress.log_seq = lanes.done();
            on_their_way.extend(started.into_iter().map(|in_hand| courier.deliver(in_hand)));
        }
        // What is on its way may still be answered, and need not be sent again then.
        let last_answers = async {
            while let Some((in_hand, fate)) = on_their_way.next().await {
                if self.account(kept, fate) == Accounted::Done {
                    lanes.finish(&in_hand);
                    kept.progress.log_seq = lanes.done();
                }
            }
        };
        timeout(LAST_ANSWERS, last_answers).await.ok();
        Ok(Ended::Stopped)
    }

    /// Counts what has become of an event.
    fn account(&self, kept: &mut Kept, fate: Fate) -> Accounted {
        match fate {
            Fate::Delivered => {
                metrics::delivered(self.endpoint());
                kept.progress.delivered += 1;
            }
            Fate::SetAside(set_aside) => {
                metrics::set_aside(self.endpoint());
                kept.progress.add(set_aside, self.config.set_aside_kept);
            }
            Fate::Gone => return Accounted::Gone,
            Fate::Left => return Accounted::Left,
        }
        Accounted::Done
    }
}

/// What follows from the fate of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accounted {
    /// Its lane goes on.
    Done,
    /// No lane does.
    Gone,
    /// It will be sent again, by whoever serves the endpoint next.
    Left,
}

/// Why nothing more is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// Shutdown, or the lease is lost.
    Stopped,
    /// Status 410.
    Gone,
}
