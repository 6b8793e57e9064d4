//! A feed as `text/event-stream` on a connection of its own: taken over from HTTP/1, so that it holds
//! no buffers of hyper's and the broadcaster can write to it.
//!
//! The answer has no length and ends with the connection, which HTTP/1.1 (RFC 9112, 6.3) allows.

use std::time::Duration;

use service_kit::clock;
use service_kit::http::Socket;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use warp::http::header::CONNECTION;
use warp::http::{HeaderMap, HeaderValue, StatusCode};

use crate::broadcast::outlet::Outlet;
use crate::feed::{Feed, Source};
use crate::metrics::{Metrics, Transport};
use crate::stream::head::head;
use crate::stream::sse;

/// Serves until one of both sides ends it.
pub(super) async fn serve(socket: Socket, mut headers: HeaderMap, mut feed: Feed, stall: Duration) {
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let _open = feed.metrics().open(Transport::Sse);
    let mut outlet = Outlet::new(socket, Transport::Sse);
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

async fn run(outlet: &mut Outlet, headers: &HeaderMap, feed: &mut Feed, stall: Duration) -> Ended {
    feed.join(outlet.member().clone());
    if let Err(ended) = write(outlet, &head(StatusCode::OK, headers, clock::now()), stall).await {
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
async fn write(outlet: &mut Outlet, bytes: &[u8], stall: Duration) -> Result<(), Ended> {
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
async fn closed(outlet: &mut Outlet) {
    let mut ignored = [0; 64];
    while let Ok(1..) = outlet.read(&mut ignored).await {}
}
