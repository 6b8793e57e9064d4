//! One app: from its checkpoint on, until the end of time or of what was asked for.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::ids::{AppId, LogSeq};
use futures_util::try_join;
use metrics::{counter, gauge, histogram};
use migrations::model::MODELS;
use nats::{Log, Nats};
use service_kit::clock;
use tokio::sync::Notify;

use crate::batch::{Batch, Folder};
use crate::checkpoint::{self, Checkpoint};
use crate::config::ProjectorConfig;
use crate::error::ProjectError;
use crate::health::{Health, State};
use crate::models::read_rule;
use crate::pool::Pool;
use crate::source::Source;

/// Who makes the log of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// An app of the configuration: whoever comes first.
    Configured,
    /// An app of the registry: the command side alone, which also removes it.
    Registered,
}

/// Follows one app.
pub(crate) struct Follower<'a> {
    pub(crate) nats: &'a Nats,
    pub(crate) pool: &'a Pool,
    pub(crate) config: &'a ProjectorConfig,
    pub(crate) health: &'a Health,
    pub(crate) app: &'a AppId,
    pub(crate) whose: Whose,
    /// Told when something is in the outbox.
    pub(crate) filled: Notify,
    /// What was written since it was made.
    pub(crate) written: Written,
}

/// How far it has come.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) batches: AtomicU64,
    pub(crate) events: AtomicU64,
    seq: AtomicU64,
    at: AtomicI64,
}

impl Follower<'_> {
    /// Reads from the checkpoint to `until`. Returns early with an error only.
    pub(crate) async fn follow(&self, until: LogSeq) -> Result<(), ProjectError> {
        let opened = match self.whose {
            Whose::Configured => self.nats.open_log(self.app).await,
            Whose::Registered => self.nats.open_existing_log(self.app).await,
        };
        let app = || self.app.clone();
        let log = opened.map_err(|source| ProjectError::OpenLog { app: app(), source })?;
        let (mut checkpoint, folder) = self.begin().await?;
        let tail = log.tail(checkpoint.seq, self.config.tail());
        let mut source = Source::new(tail, checkpoint.seq, folder, self.config);
        self.written.seq.store(checkpoint.seq.0, Ordering::Relaxed);
        self.health.set(self.app, State::Following);

        let project = async {
            let mut next = source.next(until).await;
            // What was read before an error is still written.
            while let Some(batch) = next? {
                // The next batch is read and folded while Postgres works on this one.
                let ((), read) = try_join!(self.write(checkpoint, &batch), async {
                    Ok(source.next(until).await)
                },)?;
                checkpoint.seq = batch.last;
                next = read;
            }
            Ok(())
        };
        tokio::select! {
            done = project => done,
            never = self.watch_lag(&log) => match never {},
        }
    }

    /// Where to begin, and with which rule.
    async fn begin(&self) -> Result<(Checkpoint, Folder), ProjectError> {
        let lent = self.pool.lend().await?;
        let client = lent.connection.client();
        // The checkpoint first: if anything changes after it, the fence will tell.
        let checkpoint = checkpoint::read(client, self.app).await?;
        checkpoint::check_versions(client).await?;
        let rule = read_rule(client, self.app).await;
        let rule = rule.map_err(ProjectError::postgres("read the level rule"))?;
        let rule =
            rule.map_err(|source| ProjectError::UnreadableRule { app: self.app.clone(), source })?;
        self.pool.give_back(lent);
        let names: Vec<&str> = MODELS.iter().map(|model| model.name).collect();
        Ok((checkpoint, Folder::live(self.app.clone(), &names, &rule, &self.config.outbox)))
    }

    async fn write(&self, from: Checkpoint, batch: &Batch) -> Result<(), ProjectError> {
        debug_assert_eq!(from.seq, batch.after, "the tail is dense");
        let began = Instant::now();
        let mut lent = self.pool.lend().await?;
        let filled = lent.connection.write(self.app, from, batch).await?;
        self.pool.give_back(lent);
        if filled {
            self.filled.notify_one();
        }

        let written = &self.written;
        written.batches.fetch_add(1, Ordering::Relaxed);
        written.events.fetch_add(batch.events as u64, Ordering::Relaxed);
        written.seq.store(batch.last.0, Ordering::Relaxed);
        written.at.store(batch.at.0, Ordering::Relaxed);
        let app = || self.app.to_string();
        counter!("projector_events_total", "app" => app()).increment(batch.events as u64);
        histogram!("projector_batch_seconds").record(began.elapsed());
        Ok(())
    }

    /// Tells now and then how far behind the tables are.
    async fn watch_lag(&self, log: &Log) -> std::convert::Infallible {
        let app = self.app.to_string();
        let log_seq = gauge!("projector_log_seq", "app" => app.clone());
        let checkpoint_seq = gauge!("projector_checkpoint_seq", "app" => app.clone());
        let lag_seconds = gauge!("projector_lag_seconds", "app" => app);
        loop {
            tokio::time::sleep(Duration::from_millis(self.config.lag_interval_ms)).await;
            let (seq, at) = (&self.written.seq, &self.written.at);
            let (seq, at) = (seq.load(Ordering::Relaxed), at.load(Ordering::Relaxed));
            // Without NATS there is nothing to be behind of.
            let Ok(last) = log.last_seq().await else { continue };
            let behind_ms = if seq < last.0 && at != 0 { clock::now().0 - at } else { 0 };
            // Gauges are floating-point numbers; their limit is far away.
            #[expect(clippy::cast_precision_loss, reason = "see above")]
            let number = |number: u64| number as f64;
            log_seq.set(number(last.0));
            checkpoint_seq.set(number(seq));
            lag_seconds.set(number(behind_ms.max(0).unsigned_abs()) / 1_000.0);
        }
    }
}
