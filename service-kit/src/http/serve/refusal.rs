//! One connection too many: it is told so, quickly and by few at a time, then closed. A page is let
//! read why, as of any other answer: see [`crate::http::cors`].

use std::io;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, counter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use warp::http::header::{HeaderMap, HeaderValue, ORIGIN};

use super::admission::Refused;
use crate::http::cors::{self, Origin};

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
    origins: Arc<[Origin]>,
    reasons: [Reason; Refused::ALL.len()],
}

struct Reason {
    answers: [Arc<Answer>; RETRY_AFTER_S.len()],
    next: usize,
    refused: Counter,
}

impl Refusals {
    pub(super) fn new(service: &'static str, origins: Arc<[Origin]>) -> Self {
        let reason = |why: Refused| Reason {
            answers: RETRY_AFTER_S.map(|after_s| answer(why, after_s).into()),
            next: 0,
            refused: counter!("http_connections_refused_total",
                "service" => service, "why" => why.problem().code()),
        };
        let permits = Arc::new(Semaphore::new(REFUSALS_MAX));
        Self { permits, origins, reasons: Refused::ALL.map(reason) }
    }

    /// Answers and closes in the background, or just closes.
    pub(super) fn refuse(&mut self, mut tcp: TcpStream, why: Refused, tracker: &TaskTracker) {
        let Some(reason) = self.reasons.get_mut(why as usize) else { return };
        reason.refused.increment(1);
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else { return };
        let Some(answer) = reason.answers.get(reason.next).map(Arc::clone) else { return };
        reason.next = (reason.next + 1) % reason.answers.len();
        let origins = Arc::clone(&self.origins);
        tracker.spawn(async move {
            let refusal = async {
                let mut request = [0; READ_BYTES_MAX];
                let read = read_head(&mut tcp, &mut request).await?;
                if read == 0 {
                    return Ok(());
                }
                let cors =
                    cors::headers(&origins, &origin(request.get(..read).unwrap_or_default()));
                tcp.write_all(&answer.with(&cors.0)).await?;
                tcp.shutdown().await?;
                // Until the client has closed too, or long enough.
                while tcp.read(&mut request).await? != 0 {}
                io::Result::Ok(())
            };
            // Whether the client understood is not our concern.
            drop(tokio::time::timeout(LIMIT, refusal).await);
            drop(permit);
        });
    }
}

/// What is answered, but for the headers of CORS.
struct Answer {
    head: String,
    body: String,
}

fn answer(why: Refused, after_s: u32) -> Answer {
    let body = why.problem().retry_after_s(after_s).to_json().to_string();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n\
         Retry-After: {after_s}\r\nCache-Control: no-store\r\nConnection: close\r\n\
         Content-Length: {length}\r\n"
    );
    Answer { head, body }
}

impl Answer {
    fn with(&self, cors: &HeaderMap) -> Vec<u8> {
        let mut bytes = self.head.clone().into_bytes();
        for (name, value) in cors {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(self.body.as_bytes());
        bytes
    }
}

/// Reads until the request's head has ended or the buffer is full, and gives back how much that is.
async fn read_head(tcp: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
        let count = tcp.read(rest).await?;
        read += count;
        let head = buffer.get(..read).unwrap_or_default();
        if count == 0 || head.windows(4).any(|end| end == b"\r\n\r\n") {
            break;
        }
    }
    Ok(read)
}

/// The `Origin` of a request's head, which is nobody else's to read: it gets no place.
fn origin(head: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let lines = head.split(|byte| *byte == b'\n').skip(1);
    for line in lines.map(<[u8]>::trim_ascii).take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        if name.eq_ignore_ascii_case(ORIGIN.as_str().as_bytes())
            && let Ok(value) =
                HeaderValue::from_bytes(value.get(1..).unwrap_or_default().trim_ascii())
        {
            headers.insert(ORIGIN, value);
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_by_its_origin() {
        let of = |head: &str| origin(head.as_bytes()).remove(ORIGIN);
        let page = Some(HeaderValue::from_static("https://shop.example"));
        assert_eq!(of("GET / HTTP/1.1\r\nhost: a\r\norigin:https://shop.example\r\n\r\n"), page);
        assert_eq!(of("GET / HTTP/1.1\r\nORIGIN:  https://shop.example \r\nx: y"), page);
        assert_eq!(of("GET /\r\n\r\norigin: https://shop.example\r\n"), None);
        assert_eq!(of("origin: x"), None);
        let cors = cors::headers(&["*".to_owned().try_into().unwrap()], &origin(b"\norigin: x"));
        let answer = String::from_utf8(answer(Refused::Full, 3).with(&cors.0)).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("\r\naccess-control-allow-origin: *\r\n"), "{head}");
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{head}");
    }

    #[test]
    fn reasons_stand_in_their_order() {
        for (place, why) in Refused::ALL.into_iter().enumerate() {
            assert_eq!(why as usize, place);
        }
    }
}
