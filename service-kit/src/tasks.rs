//! Starts the long-lived tasks of a process and stops them together. A panic in one, or the early
//! end of one that must live, ends the process with an error: half a service is worse than none.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error_chain::ErrorChain;

/// Why the process must end with an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskFailure {
    /// A task panicked. The panic hook has printed where.
    #[error("task `{0}` panicked")]
    Panicked(&'static str),
    /// A task that must live until shutdown ended before, for a reason that was logged.
    #[error("task `{0}` ended before shutdown")]
    Ended(&'static str),
    /// Tasks that did not end in time after shutdown began.
    #[error("{0} tasks did not stop in time")]
    Stuck(usize),
}

/// The tasks of a process. Cheap to clone.
#[derive(Clone, Default)]
pub struct Tasks(Arc<Shared>);

#[derive(Default)]
struct Shared {
    tracker: TaskTracker,
    shutdown: CancellationToken,
    failure: OnceLock<TaskFailure>,
}

impl Tasks {
    /// No tasks yet, no shutdown yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fires when the process shall stop. Every loop and every open stream listens to it.
    pub fn shutdown_token(&self) -> CancellationToken {
        self.0.shutdown.clone()
    }

    /// Tells everybody to stop.
    pub fn shut_down(&self) {
        self.0.shutdown.cancel();
    }

    /// Starts a task that may end whenever it likes. A panic in it ends the process.
    pub fn spawn<F>(&self, name: &'static str, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let tasks = self.clone();
        self.0.tracker.spawn(async move {
            if std::panic::AssertUnwindSafe(future).catch_unwind().await.is_err() {
                tasks.fail(TaskFailure::Panicked(name));
            }
        });
    }

    /// Starts a task that must live until shutdown. Its error is logged here; its end before
    /// shutdown, with or without an error, ends the process.
    pub fn spawn_essential<F, E>(&self, name: &'static str, future: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: AsRef<dyn Error + Send + Sync> + Send + 'static,
    {
        let tasks = self.clone();
        self.spawn(name, async move {
            let result = future.await;
            if let Err(error) = &result {
                let error = ErrorChain(error.as_ref()).to_string();
                tracing::error!(task.name = name, error, "task failed");
            }
            if result.is_err() || !tasks.0.shutdown.is_cancelled() {
                tasks.fail(TaskFailure::Ended(name));
            }
        });
    }

    /// Shuts down at SIGINT (Ctrl-C) or SIGTERM.
    pub fn shut_down_on_signals(&self) -> Result<(), std::io::Error> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let tasks = self.clone();
        self.spawn("signals", async move {
            tokio::select! {
                _ = interrupt.recv() => tracing::info!("interrupted, shutting down"),
                _ = terminate.recv() => tracing::info!("terminated, shutting down"),
                () = tasks.0.shutdown.cancelled() => {}
            }
            tasks.shut_down();
        });
        Ok(())
    }

    /// Waits for the shutdown, then at most `limit` for all tasks to end.
    pub async fn wait(&self, limit: Duration) -> Result<(), TaskFailure> {
        self.0.shutdown.cancelled().await;
        self.0.tracker.close();
        if tokio::time::timeout(limit, self.0.tracker.wait()).await.is_err() {
            self.fail(TaskFailure::Stuck(self.0.tracker.len()));
        }
        self.0.failure.get().cloned().map_or(Ok(()), Err)
    }

    /// Remembers the first failure and shuts down.
    fn fail(&self, failure: TaskFailure) {
        tracing::error!(%failure, "shutting down because of a failure");
        // A later failure is a consequence more often than not; it is in the log.
        self.0.failure.get_or_init(|| failure);
        self.shut_down();
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").field("running", &self.0.tracker.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn a_panic_in_a_task_ends_the_process_with_an_error() {
        let tasks = Tasks::new();
        tasks.spawn("clumsy", async { panic!("dropped it") });

        assert_eq!(tasks.wait(LIMIT).await, Err(TaskFailure::Panicked("clumsy")));
    }

    #[tokio::test]
    async fn an_essential_task_must_not_end_before_shutdown() {
        let tasks = Tasks::new();
        tasks.spawn_essential("short", async { Ok::<(), Box<dyn Error + Send + Sync>>(()) });

        assert_eq!(tasks.wait(LIMIT).await, Err(TaskFailure::Ended("short")));
    }

    #[tokio::test]
    async fn tasks_that_end_after_shutdown_are_no_failure() {
        let tasks = Tasks::new();
        let shutdown = tasks.shutdown_token();
        tasks.spawn_essential("loyal", async move {
            shutdown.cancelled().await;
            Ok::<(), Box<dyn Error + Send + Sync>>(())
        });
        tasks.shut_down();

        assert_eq!(tasks.wait(LIMIT).await, Ok(()));
    }

    #[tokio::test]
    async fn a_task_that_does_not_stop_is_reported() {
        let tasks = Tasks::new();
        tasks.spawn("deaf", std::future::pending());
        tasks.shut_down();

        let result = tasks.wait(Duration::from_millis(20)).await;
        assert_eq!(result, Err(TaskFailure::Stuck(1)));
    }
}
