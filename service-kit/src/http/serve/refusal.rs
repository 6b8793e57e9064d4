//! One connection too many: it is told so, quickly and by few at a time, then closed.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, counter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use super::admission::Refused;

/// Refusals at once. Beyond it connections are just closed: politeness must not cost the service.
const REFUSALS_MAX: usize = 64;

/// How long a refusal may take.
const LIMIT: Duration = Duration::from_millis(500);

/// How much of the request is read, so that closing does not destroy the answer on its way.
const READ_BYTES_MAX: usize = 4_096;

/// Who is refused together must not come back together: each is told one of these, in turn.
const RETRY_AFTER_S: [u32; 5] = [1, 2, 3, 4, 5];

/// Answers connections that get no place.
pub(super) struct Refusals {
    permits: Arc<Semaphore>,
    reasons: [Reason; Refused::ALL.len()],
}

struct Reason {
    answers: [Arc<str>; RETRY_AFTER_S.len()],
    next: usize,
    refused: Counter,
}

impl Refusals {
    pub(super) fn new(service: &'static str) -> Self {
        let reason = |why: Refused| Reason {
            answers: RETRY_AFTER_S.map(|after_s| answer(why, after_s).into()),
            next: 0,
            refused: counter!("http_connections_refused_total",
                "service" => service, "why" => why.problem().code()),
        };
        let permits = Arc::new(Semaphore::new(REFUSALS_MAX));
        Self { permits, reasons: Refused::ALL.map(reason) }
    }

    /// Answers and closes in the background, or just closes.
    pub(super) fn refuse(&mut self, mut tcp: TcpStream, why: Refused, tracker: &TaskTracker) {
        let Some(reason) = self.reasons.get_mut(why as usize) else { return };
        reason.refused.increment(1);
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else { return };
        let Some(answer) = reason.answers.get(reason.next).map(Arc::clone) else { return };
        reason.next = (reason.next + 1) % reason.answers.len();
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

fn answer(why: Refused, after_s: u32) -> String {
    let body = why.problem().retry_after_s(after_s).to_json().to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n\
         Retry-After: {after_s}\r\nCache-Control: no-store\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_in_their_order() {
        for (place, why) in Refused::ALL.into_iter().enumerate() {
            assert_eq!(why as usize, place);
        }
    }
}
