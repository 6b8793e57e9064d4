//! What a connection is doing, so that it can be closed when it does it for too long. One watch for
//! HTTP/1 and HTTP/2, before the first byte, between requests and while a client does not read:
//! hyper's own header timeout covers a part of this only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use warp::http::Version;

use crate::http::HttpConfig;

/// "Not happening", in the place of a time.
const NEVER: u64 = 0;

/// The times of a connection. Written by its stream and its requests, read by its task; each is
/// independent of the others, hence relaxed.
#[derive(Debug)]
pub(super) struct Activity {
    start: Instant,
    requests: AtomicU32,
    /// In HTTP/2, bytes between requests are housekeeping more often than a header.
    is_http2: AtomicBool,
    /// When the header began that has not ended; the first one begins with the connection.
    header_since: AtomicU64,
    idle_since: AtomicU64,
    write_stalled_since: AtomicU64,
}

/// How long each state may last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    header: Duration,
    keep_alive: Duration,
    write: Duration,
}

impl From<&HttpConfig> for Timeouts {
    fn from(config: &HttpConfig) -> Self {
        Self {
            header: Duration::from_millis(config.header_timeout_ms),
            keep_alive: Duration::from_millis(config.keep_alive_ms),
            write: Duration::from_millis(config.write_timeout_ms),
        }
    }
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            requests: AtomicU32::new(0),
            is_http2: AtomicBool::new(false),
            header_since: AtomicU64::new(1),
            idle_since: AtomicU64::new(NEVER),
            write_stalled_since: AtomicU64::new(NEVER),
        }
    }

    /// Bytes came in.
    pub(super) fn received(&self) {
        let between_requests = self.requests.load(Ordering::Relaxed) == 0;
        if between_requests && !self.is_http2.load(Ordering::Relaxed) {
            self.begin(&self.header_since);
        }
    }

    /// The client takes no more bytes for now.
    pub(super) fn write_stalled(&self) {
        self.begin(&self.write_stalled_since);
    }

    /// Whether bytes wait because the client takes none.
    pub(super) fn is_write_stalled(&self) -> bool {
        self.write_stalled_since.load(Ordering::Relaxed) != NEVER
    }

    /// The client took bytes.
    pub(super) fn written(&self) {
        self.write_stalled_since.store(NEVER, Ordering::Relaxed);
    }

    /// A request's header is complete. It lasts until the guard goes, with the answer's last byte.
    pub(super) fn request(self: &Arc<Self>, version: Version) -> RequestGuard {
        self.is_http2.store(version == Version::HTTP_2, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.header_since.store(NEVER, Ordering::Relaxed);
        RequestGuard(Arc::clone(self))
    }

    /// When this connection must be closed if nothing else happens until then.
    pub(super) fn deadline(&self, timeouts: &Timeouts) -> Option<Instant> {
        let stalled = self.since(&self.write_stalled_since).map(|since| since + timeouts.write);
        if self.requests.load(Ordering::Relaxed) != 0 {
            return stalled;
        }
        let header = self.since(&self.header_since).map(|since| since + timeouts.header);
        let idle = || self.since(&self.idle_since).map(|since| since + timeouts.keep_alive);
        let waiting = header.or_else(idle);
        stalled.into_iter().chain(waiting).min()
    }

    /// Whether this connection must be closed now.
    pub(super) fn is_overdue(&self, timeouts: &Timeouts) -> bool {
        self.deadline(timeouts).is_some_and(|deadline| deadline <= Instant::now())
    }

    /// When to look again. A state that begins from now on cannot be overdue before that.
    pub(super) fn look_again_at(&self, timeouts: &Timeouts) -> Instant {
        let shortest = timeouts.header.min(timeouts.keep_alive).min(timeouts.write);
        let latest = Instant::now() + shortest;
        self.deadline(timeouts).map_or(latest, |deadline| deadline.min(latest))
    }

    fn begin(&self, since: &AtomicU64) {
        if since.load(Ordering::Relaxed) == NEVER {
            since.store(self.elapsed_ms(), Ordering::Relaxed);
        }
    }

    fn since(&self, since: &AtomicU64) -> Option<Instant> {
        let ms = since.load(Ordering::Relaxed);
        (ms != NEVER).then(|| self.start + Duration::from_millis(ms))
    }

    /// At least 1: 0 is [`NEVER`].
    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct RequestGuard(Arc<Activity>);

impl Drop for RequestGuard {
    fn drop(&mut self) {
        let activity = &*self.0;
        activity.idle_since.store(activity.elapsed_ms(), Ordering::Relaxed);
        activity.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUTS: Timeouts = Timeouts {
        header: Duration::from_secs(1),
        keep_alive: Duration::from_secs(10),
        write: Duration::from_secs(5),
    };

    #[tokio::test(start_paused = true)]
    async fn each_state_has_its_own_deadline() {
        let activity = Arc::new(Activity::new());
        let seconds = |activity: &Activity| {
            let deadline = activity.deadline(&TIMEOUTS);
            deadline.map(|deadline| (deadline - activity.start).as_secs())
        };
        assert_eq!(seconds(&activity), Some(1), "the first header");

        let request = activity.request(Version::HTTP_11);
        assert_eq!(seconds(&activity), None, "a request may take its time");
        tokio::time::advance(Duration::from_secs(20)).await;
        activity.write_stalled();
        assert_eq!(seconds(&activity), Some(25), "an answer that nobody takes");
        activity.written();
        drop(request);
        assert_eq!(seconds(&activity), Some(30), "nothing to do");

        tokio::time::advance(Duration::from_secs(5)).await;
        activity.received();
        tokio::time::advance(Duration::from_millis(500)).await;
        activity.received();
        assert_eq!(seconds(&activity), Some(26), "the next header, from its first byte");

        drop(activity.request(Version::HTTP_2));
        activity.received();
        assert_eq!(seconds(&activity), Some(35), "housekeeping of HTTP/2");
    }
}
