//! Waits until a server that was just started answers.

use std::time::Duration;

use tokio::process::Child;
use tokio::time::{Instant, sleep};

use super::StartError;
use super::process::ServerProcess;

const ASK_AGAIN: Duration = Duration::from_millis(25);

/// Asks until the answer is yes. Ends early when the process does.
pub async fn wait(
    server: &ServerProcess,
    child: &mut Child,
    limit: Duration,
    mut answers: impl AsyncFnMut() -> bool,
) -> Result<(), StartError> {
    let give_up_at = Instant::now() + limit;
    loop {
        if answers().await {
            return Ok(());
        }
        if let Ok(Some(status)) = child.try_wait() {
            let output = format!("{status}; {}", server.last_words());
            return Err(StartError::Failed { program: server.name.into(), output });
        }
        if give_up_at < Instant::now() {
            let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
            let output = server.last_words();
            return Err(StartError::NotReady { server: server.name, limit_ms, output });
        }
        sleep(ASK_AGAIN).await;
    }
}
