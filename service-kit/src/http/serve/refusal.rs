//! One connection too many: it is told so, quickly and by few at a time, then closed. A page is let
//! read why, as of any other answer: see [`crate::http::cors`]. Its browser may ask first whether it
//! may ask; to that the answer is yes, since no page gets to read how such a question was refused.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, counter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use warp::http::Method;
use warp::http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue, ORIGIN,
};

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
                let asked = Asked::by(request.get(..read).unwrap_or_default());
                tcp.write_all(&answer.to(&asked, &origins)).await?;
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

/// The answer to a browser that asks for a page; those of CORS follow.
const MAY_ASK: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n";

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
    fn to(&self, asked: &Asked, origins: &[Origin]) -> Vec<u8> {
        let cors = cors::headers(origins, &asked.headers);
        match cors::preflight(&asked.method, &asked.headers, &cors) {
            Some(allowed) => join(MAY_ASK, allowed.headers().iter().chain(&cors.0), ""),
            None => join(&self.head, cors.0.iter(), &self.body),
        }
    }
}

fn join<'a>(
    head: &str,
    headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>,
    body: &str,
) -> Vec<u8> {
    let mut bytes = head.as_bytes().to_vec();
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body.as_bytes());
    bytes
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

/// What CORS looks at in a request, of which nothing else is read: it gets no place.
struct Asked {
    method: Method,
    headers: HeaderMap,
}

impl Asked {
    fn by(head: &[u8]) -> Self {
        let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let request = lines.next().unwrap_or_default();
        let method = request.split(|byte| *byte == b' ').next().unwrap_or_default();
        // What is no method asks for no page either.
        let method = Method::from_bytes(method).unwrap_or_default();
        let mut headers = HeaderMap::new();
        for line in lines.take_while(|line| !line.is_empty()) {
            let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
            let (name, value) = line.split_at(colon);
            let is_read =
                |wanted: &HeaderName| name.eq_ignore_ascii_case(wanted.as_str().as_bytes());
            if let Some(name) = [ORIGIN, ACCESS_CONTROL_REQUEST_METHOD].into_iter().find(is_read)
                && let Ok(value) =
                    HeaderValue::from_bytes(value.get(1..).unwrap_or_default().trim_ascii())
            {
                headers.insert(name, value);
            }
        }
        Self { method, headers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://shop.example";

    #[test]
    fn a_page_is_found_by_its_origin() {
        let of = |head: &str| Asked::by(head.as_bytes()).headers.remove(ORIGIN);
        let page = Some(HeaderValue::from_static(PAGE));
        assert_eq!(of("GET / HTTP/1.1\r\nhost: a\r\norigin:https://shop.example\r\n\r\n"), page);
        assert_eq!(of("GET / HTTP/1.1\r\nORIGIN:  https://shop.example \r\nx: y"), page);
        assert_eq!(of("GET /\r\n\r\norigin: https://shop.example\r\n"), None);
        assert_eq!(of("origin: x"), None);
    }

    #[test]
    fn a_browser_is_told_that_it_may_ask_and_then_why_there_is_no_place() {
        let origins = [PAGE.to_owned().try_into().unwrap()];
        let told = |method: &str, origin: &str, more: &str| {
            let request = format!("{method} / HTTP/1.1\r\nOrigin: {origin}\r\n{more}\r\n");
            let answer = answer(Refused::Full, 3).to(&Asked::by(request.as_bytes()), &origins);
            let answer = String::from_utf8(answer).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            (head.to_ascii_lowercase() + "\r\n", body.to_owned())
        };
        let asks = "Access-Control-Request-Method: POST\r\n";
        let allowed = format!("\r\naccess-control-allow-origin: {PAGE}\r\n");

        let (head, body) = told("OPTIONS", PAGE, asks);
        assert!(head.starts_with("http/1.1 204 "), "{head}");
        assert!(head.contains(&allowed) && head.contains("\r\nvary: origin\r\n"), "{head}");
        assert!(head.contains("\r\naccess-control-allow-headers: authorization,"), "{head}");
        assert_eq!(body, "");

        for (method, origin, more) in [
            ("POST", PAGE, ""),
            ("POST", PAGE, asks),
            ("OPTIONS", PAGE, ""),
            ("OPTIONS", "https://evil.example", asks),
        ] {
            let (head, body) = told(method, origin, more);
            assert!(head.starts_with("http/1.1 503 "), "{head}");
            assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{head}");
            assert_eq!(head.contains(&allowed), origin == PAGE, "{head}");
        }
    }

    #[test]
    fn reasons_stand_in_their_order() {
        for (place, why) in Refused::ALL.into_iter().enumerate() {
            assert_eq!(why as usize, place);
        }
    }
}
