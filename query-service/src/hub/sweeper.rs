//! Drops idle rings now and then.

use std::sync::Arc;
use std::time::Duration;

use service_kit::clock;
use tokio_util::sync::CancellationToken;

use crate::hub::AppHub;

/// Sweeps until shutdown.
pub(crate) async fn sweep(hub: Arc<AppHub>, shutdown: CancellationToken) {
    let pause = Duration::from_millis(hub.config().ring_sweep_ms);
    while shutdown.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        hub.sweep(clock::now());
    }
}
