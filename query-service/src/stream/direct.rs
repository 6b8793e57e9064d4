//! A feed as `text/event-stream` on a connection of its own: taken over from HTTP/1, so that it holds
//! no buffers of hyper's and the broadcaster can write to it.
//!
//! The answer has no length and ends with the connection, which HTTP/1.1 (RFC 9112, 6.3) allows.

use std::time::{Duration, UNIX_EPOCH};

use domain::timestamp::Timestamp;
use httpdate::fmt_http_date;
use service_kit::clock;
use service_kit::http::Socket;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use warp::http::HeaderMap;

use crate::broadcast::outlet::{Outlet, PlainReader};
use crate::feed::{Feed, Source};
use crate::metrics::{Metrics, Transport};
use crate::stream::sse;

/// Serves until one of both sides ends it.
pub(super) async fn serve(socket: Socket, headers: HeaderMap, mut feed: Feed, stall: Duration) {
    let _open = feed.metrics().open(Transport::Sse);
    let mut outlet = Outlet::plain(socket, Transport::Sse);
    let ended = run(&mut outlet, &headers, &mut feed, stall).await;
    feed.leave();
    match ended {
        Ended::Bye => {
            // Says that all has been written; the client may have gone.
            outlet.shutdown().await.ok();
        }
        Ended::Stalled => Metrics::stream_ended("stalled"),
        Ended::Gone => {}
    }
}

enum Ended {
    Bye,
    /// No byte was taken in time.
    Stalled,
    /// The client went away.
    Gone,
}

async fn run(
    outlet: &mut Outlet<PlainReader>,
    headers: &HeaderMap,
    feed: &mut Feed,
    stall: Duration,
) -> Ended {
    feed.join(outlet.member().clone());
    if let Err(ended) = write(outlet, &head(headers, clock::now()), stall).await {
        return ended;
    }
    loop {
        let delivery = tokio::select! {
            delivery = feed.next() => delivery,
            () = closed(outlet) => return Ended::Gone,
        };
        let (bytes, is_last) = sse::of(delivery);
        if let Err(ended) = write(outlet, &bytes, stall).await {
            return ended;
        }
        if is_last {
            return Ended::Bye;
        }
    }
}

/// Also writes what the broadcaster has begun.
async fn write(
    outlet: &mut Outlet<PlainReader>,
    bytes: &[u8],
    stall: Duration,
) -> Result<(), Ended> {
    let writing = async {
        outlet.write_all(bytes).await?;
        outlet.flush().await
    };
    match timeout(stall, writing).await {
        Ok(written) => written.map_err(|_broken| Ended::Gone),
        Err(_elapsed) => Err(Ended::Stalled),
    }
}

/// Waits for the client to go; what it sends instead is not read by anybody.
async fn closed(outlet: &mut Outlet<PlainReader>) {
    let mut ignored = [0; 64];
    while let Ok(1..) = outlet.read(&mut ignored).await {}
}

fn head(headers: &HeaderMap, now: Timestamp) -> Vec<u8> {
    let now = UNIX_EPOCH + Duration::from_millis(now.0.max(0).cast_unsigned());
    let mut head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ndate: ".to_vec();
    head.extend_from_slice(fmt_http_date(now).as_bytes());
    head.extend_from_slice(b"\r\n");
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
    use super::*;

    #[test]
    fn an_answer_has_its_date() {
        let head = head(&HeaderMap::new(), Timestamp(784_111_777_999));
        let head = String::from_utf8(head).unwrap();
        let expected = "HTTP/1.1 200 OK\r\nconnection: close\r\n\
            date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
        assert_eq!(head, expected);
    }
}
