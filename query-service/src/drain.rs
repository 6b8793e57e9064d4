//! How the service stops: not all at once. Viewers are told to go one after the other, so that they do
//! not all come to another instance in the same moment; whoever does not go is cut off in the end.
//!
//! 1. At shutdown `/readyz` and new streams get 503; questions are answered, and streams go on.
//! 2. Within `spread_ms` each stream says `bye`, at a moment of its own.
//! 3. When all have gone, or `http.drain_ms` before the bound, the hubs stop and nobody is accepted.
//! 4. At `bound_ms` what is left is closed.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rand::RngExt;
use service_kit::problem::Problem;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::config::DrainConfig;
use crate::problems::shutting_down;
use crate::service::Service;

/// What streams know of the end.
#[derive(Debug)]
pub(crate) struct Drain {
    config: DrainConfig,
    streams: TaskTracker,
    window: OnceLock<Window>,
    ended: CancellationToken,
    cut: CancellationToken,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    begin: Instant,
    length: Duration,
}

/// A stream that is open, until it is dropped.
#[derive(Debug)]
pub(crate) struct Stay {
    drain: Arc<Drain>,
    _token: TaskTrackerToken,
}

impl Drain {
    pub(crate) fn new(config: DrainConfig) -> Self {
        let streams = TaskTracker::new();
        let (ended, cut) = (CancellationToken::new(), CancellationToken::new());
        Self { config, streams, window: OnceLock::new(), ended, cut }
    }

    /// For one more stream, unless it would have to go again at once.
    pub(crate) fn stay(self: &Arc<Self>) -> Result<Stay, Problem> {
        // Counted before it asks, so that it is either refused or waited for.
        let stay = Stay { drain: Arc::clone(self), _token: self.streams.token() };
        if self.has_begun() {
            let after_s = self.retry_ms().div_ceil(1_000);
            return Err(shutting_down(u32::try_from(after_s).unwrap_or(u32::MAX)));
        }
        Ok(stay)
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.window.get().is_some()
    }

    /// Fires when nothing is served any more: hubs, broadcasters and the listener stop.
    pub(crate) fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    /// Fires when streams that are still open are dropped.
    pub(crate) fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    fn begin(&self, begin: Instant) {
        let DrainConfig { spread_ms, byes_per_s_min, .. } = self.config;
        let streams = u64::try_from(self.streams.len()).unwrap_or(u64::MAX);
        let enough_ms = streams.saturating_mul(1_000) / u64::from(byes_per_s_min.max(1));
        let length = Duration::from_millis(spread_ms.min(enough_ms));
        self.window.get_or_init(|| Window { begin, length });
        self.streams.close();
    }

    /// When the client shall come back: not all at the same time.
    fn retry_ms(&self) -> u64 {
        let middle = self.config.retry_ms;
        rand::rng().random_range(middle / 2..=middle.saturating_add(middle / 2))
    }
}

impl Stay {
    /// The moment at which the stream says goodbye, drawn anew at each call; none while the service
    /// does not stop.
    pub(crate) fn draw_end(&self) -> Option<Instant> {
        let Window { begin, length } = *self.drain.window.get()?;
        Some(begin + rand::rng().random_range(Duration::ZERO..=length))
    }

    /// As it is told to a client.
    pub(crate) fn retry_ms(&self) -> u64 {
        self.drain.retry_ms()
    }
}

/// Waits for the shutdown and goes through the steps above.
pub(crate) async fn run(service: Service, shutdown: CancellationToken) {
    shutdown.cancelled().await;
    let (drain, http) = (service.drain(), &service.config().http);
    let begin = Instant::now();
    drain.begin(begin);
    for hub in service.hubs() {
        hub.wake_streams();
    }
    let bound = Duration::from_millis(drain.config.bound_ms);
    let goodbyes = bound.saturating_sub(Duration::from_millis(http.drain_ms));
    let all_gone = timeout_at(begin + goodbyes, drain.streams.wait()).await.is_ok();
    drain.ended.cancel();
    if !all_gone && timeout_at(begin + bound, drain.streams.wait()).await.is_err() {
        let streams = drain.streams.len();
        tracing::warn!(streams, "closing streams that did not end in time");
        drain.cut.cancel();
    }
}
