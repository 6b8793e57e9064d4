//! How far a hub has come, for whoever waits for it.

use std::time::Duration;

use domain::ids::LogSeq;
use tokio::sync::watch;

use crate::hub::AppHub;
use crate::hub::room::End;

/// How far the hub has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The last commit that was folded in.
    pub(crate) log_seq: LogSeq,
    /// The hub has once come to the end that the log had at the start.
    pub(crate) caught_up: bool,
    /// Nothing more will come from here.
    pub(crate) end: Option<End>,
}

impl AppHub {
    pub(crate) fn log_seq(&self) -> LogSeq {
        self.progress.borrow().log_seq
    }

    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub(crate) fn is_ready(&self) -> bool {
        let progress = self.progress.borrow();
        progress.caught_up && progress.end.is_none()
    }

    /// Waits until the hub shows `log_seq`, but not longer than `wait`.
    pub(crate) async fn reached(&self, log_seq: LogSeq, wait: Duration) -> bool {
        let mut progress = self.progress();
        let reached = progress.wait_for(|progress| log_seq <= progress.log_seq);
        matches!(tokio::time::timeout(wait, reached).await, Ok(Ok(_)))
    }

    pub(crate) fn set_caught_up(&self) {
        self.progress.send_modify(|progress| progress.caught_up = true);
    }
}
