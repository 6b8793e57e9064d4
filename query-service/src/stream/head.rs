//! The head of an answer on a connection that was taken over: hyper no longer writes there.

use std::time::{Duration, UNIX_EPOCH};

use domain::timestamp::Timestamp;
use httpdate::fmt_http_date;
use warp::http::{HeaderMap, StatusCode};

/// Status line and headers (RFC 9112, 2.1), with the date of `now`.
pub(crate) fn head(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Vec<u8> {
    let now = UNIX_EPOCH + Duration::from_millis(now.0.max(0).cast_unsigned());
    // `StatusCode` prints its number and its reason.
    let mut head = format!("HTTP/1.1 {status}\r\ndate: {}\r\n", fmt_http_date(now)).into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

#[cfg(test)]
mod tests {
    use warp::http::HeaderValue;
    use warp::http::header::CONNECTION;

    use super::*;

    #[test]
    fn an_answer_has_its_reason_its_date_and_its_headers() {
        let headers = HeaderMap::from_iter([(CONNECTION, HeaderValue::from_static("upgrade"))]);
        let at = Timestamp(784_111_777_999);
        let head = head(StatusCode::SWITCHING_PROTOCOLS, &headers, at);
        let expected = "HTTP/1.1 101 Switching Protocols\r\n\
            date: Sun, 06 Nov 1994 08:49:37 GMT\r\nconnection: upgrade\r\n\r\n";
        assert_eq!(String::from_utf8(head).unwrap(), expected);
    }
}
