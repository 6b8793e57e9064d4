//! One app's log as batches, up to a place.

use std::collections::VecDeque;

use domain::ids::LogSeq;
use nats::{Tail, TailCommit};

use crate::batch::{Batch, Folder};
use crate::config::ProjectorConfig;
use crate::error::ProjectError;

/// Reads and folds. Commits behind the place that was asked for wait for the next call.
pub(crate) struct Source {
    tail: Tail,
    folder: Folder,
    ahead: VecDeque<TailCommit>,
    /// The last commit that was folded.
    at: LogSeq,
    events_live: usize,
    events_catch_up: usize,
    events_max: usize,
}

impl Source {
    /// Begins with small batches and takes larger ones while they come full.
    pub(crate) fn new(tail: Tail, after: LogSeq, folder: Folder, config: &ProjectorConfig) -> Self {
        Self {
            tail,
            folder,
            ahead: VecDeque::new(),
            at: after,
            events_live: config.batch_events_live,
            events_catch_up: config.batch_events_catch_up,
            events_max: config.batch_events_live,
        }
    }

    /// The next batch, waited for; `None` once `until` has been given out.
    pub(crate) async fn next(&mut self, until: LogSeq) -> Result<Option<Batch>, ProjectError> {
        if until <= self.at {
            return Ok(None);
        }
        if self.ahead.is_empty() {
            let read = self.tail.next_batch(self.events_max).await;
            let app = self.folder.app();
            self.ahead =
                read.map_err(|source| ProjectError::Tail { app: app.clone(), source })?.into();
        }
        let wanted = self.ahead.iter().take_while(|commit| commit.seq <= until).count();
        let commits: Vec<TailCommit> = self.ahead.drain(..wanted).collect();
        let batch = self.folder.fold(&commits)?;
        if let Some(batch) = &batch {
            self.at = batch.last;
            // A batch that came full means that more is waiting.
            let behind = self.events_max <= batch.events * 2;
            self.events_max = if behind { self.events_catch_up } else { self.events_live };
        }
        Ok(batch)
    }
}
