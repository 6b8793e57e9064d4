//! Keeps one server running: started again when it dies, also when somebody killed it, with a pause
//! that grows while it keeps dying.

use std::time::Duration;

use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::process::ServerProcess;
use service_kit::error_chain::ErrorChain;

const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// After running so long it counts as healthy again.
const HEALTHY: Duration = Duration::from_secs(20);

/// A server that is kept running. Dropped without [`Supervisor::stop`], it is killed.
#[derive(Debug)]
pub struct Supervisor {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Supervisor {
    /// Takes over a server that has just been started.
    pub fn watch(server: ServerProcess, child: Child) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(keep_running(server, child, stop.clone()));
        Self { stop, task }
    }

    /// Stops the server in good order.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Err(error) = (&mut self.task).await {
            tracing::error!(%error, "a supervisor failed");
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep_running(server: ServerProcess, mut child: Child, stop: CancellationToken) {
    let mut pause = PAUSE_MIN;
    loop {
        let started_at = Instant::now();
        let died = tokio::select! {
            status = child.wait() => status,
            () = stop.cancelled() => return stopped(&server, child).await,
        };
        let status = died.map_or_else(|error| error.to_string(), |status| status.to_string());
        if HEALTHY < started_at.elapsed() {
            pause = PAUSE_MIN;
        }
        tracing::warn!(
            server.name = server.name,
            status,
            pause_ms = pause.as_millis(),
            "server died, starting it again"
        );
        child = loop {
            tokio::select! {
                () = sleep(pause) => {}
                () = stop.cancelled() => return,
            }
            pause = (pause * 2).min(PAUSE_MAX);
            match server.start() {
                Ok(child) => break child,
                Err(error) => {
                    let error = ErrorChain(&error).to_string();
                    tracing::error!(server.name = server.name, error, "server does not start");
                }
            }
        };
    }
}

async fn stopped(server: &ServerProcess, mut child: Child) {
    match server.stop(&mut child).await {
        Ok(_) => tracing::info!(server.name = server.name, "server stopped"),
        Err(error) => tracing::error!(server.name = server.name, %error, "server did not stop"),
    }
    if let Err(error) = std::fs::remove_file(&server.pid_file) {
        tracing::debug!(%error, "the process id was not there to be removed");
    }
}
