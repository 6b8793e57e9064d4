//! Waiting with a limit.

use std::time::Duration;

use tokio::time::{Instant, sleep};

const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Asks until the answer is something. Panics at the limit, naming what was waited for.
pub async fn eventually<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let give_up_at = Instant::now() + limit;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < give_up_at, "not within {limit:?}: {what}");
        sleep(LOOK_AGAIN).await;
    }
}
