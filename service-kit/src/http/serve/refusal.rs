//! One connection too many: it is told so, quickly and by few at a time, then closed.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, counter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use warp::http::StatusCode;

use crate::problem::Problem;

/// Refusals at once. Beyond it connections are just closed: politeness must not cost the service.
const REFUSALS_MAX: usize = 64;

/// How long a refusal may take.
const LIMIT: Duration = Duration::from_millis(500);

/// How much of the request is read, so that closing does not destroy the answer on its way.
const READ_BYTES_MAX: usize = 4_096;

/// Answers connections beyond the cap.
pub(super) struct Refusals {
    permits: Arc<Semaphore>,
    answer: Arc<str>,
    refused: Counter,
}

impl Refusals {
    pub(super) fn new(service: &'static str) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let problem = Problem::new(status, "too_many_connections", "Too many connections");
        let body = problem.retry_after_s(1).to_json().to_string();
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n\
             Retry-After: 1\r\nCache-Control: no-store\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        let refused = counter!("http_connections_refused_total", "service" => service);
        Self { permits: Arc::new(Semaphore::new(REFUSALS_MAX)), answer: answer.into(), refused }
    }

    /// Answers and closes in the background, or just closes.
    pub(super) fn refuse(&self, mut tcp: TcpStream, tracker: &TaskTracker) {
        self.refused.increment(1);
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else { return };
        let answer = Arc::clone(&self.answer);
        tracker.spawn(async move {
            let refusal = async {
                let mut request = [0; READ_BYTES_MAX];
                if tcp.read(&mut request).await? == 0 {
                    return Ok(());
                }
                tcp.write_all(answer.as_bytes()).await?;
                tcp.shutdown().await?;
                // Until the client has closed too, or long enough.
                while tcp.read(&mut request).await? != 0 {}
                std::io::Result::Ok(())
            };
            // Whether the client understood is not our concern.
            drop(tokio::time::timeout(LIMIT, refusal).await);
            drop(permit);
        });
    }
}
