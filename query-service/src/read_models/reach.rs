//! Whether Postgres answers, said once when that changes: with thousands of viewers every failed
//! question on a line of its own would bury what an operator looks for.

use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Debug, Default)]
pub(crate) struct Reach {
    is_lost: AtomicBool,
}

impl Reach {
    /// The last question was answered.
    pub(crate) fn found(&self) {
        // The load alone is free of contention, and nearly always the whole of it.
        if self.is_lost.load(Ordering::Relaxed) && self.is_lost.swap(false, Ordering::Relaxed) {
            tracing::info!("read models answer again");
        }
    }

    /// The last question was not.
    pub(crate) fn lost(&self, error: &dyn std::fmt::Display) {
        if self.is_lost.swap(true, Ordering::Relaxed) {
            tracing::debug!(%error, "read model out of reach");
        } else {
            tracing::warn!(%error, "read models out of reach; more of the same is not logged");
        }
    }
}
