//! A feed as `text/event-stream`.
//!
//! Items have their `room_seq` as `id` and no event name, so `EventSource.onmessage` gets them and
//! resumes by itself. After `bye` the stream ends; a browser connects again and is told by the answer
//! whether it may. warp's own `sse` is not used: it lets a carriage return forge fields, and formats
//! every event for every viewer.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use service_kit::http::{CorsHeaders, Socket};
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use warp::http::{HeaderMap, HeaderValue};
use warp::reply::{Reply, Response};

use crate::feed::{Delivery, Feed, Source};
use crate::metrics::Transport;
use crate::service::Service;
use crate::stream::direct;

/// A comment: keeps proxies from taking silence for death.
pub(super) const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// For nginx, which would otherwise collect a stream before it passes it on.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

type Chunk = Result<Bytes, Infallible>;

/// Answers on the connection itself where it is HTTP/1's, else with the stream as the body.
pub(crate) fn respond(
    service: &Service,
    socket: Option<Socket>,
    cors: Option<CorsHeaders>,
    feed: Feed,
) -> Response {
    if let Some(socket) = socket.filter(Socket::take_over) {
        let stall = Duration::from_millis(service.config().http.write_timeout_ms);
        let mut headers = headers();
        // Of the other answer they are part already.
        headers.extend(cors.unwrap_or_default().0);
        let serving = direct::serve(socket, headers, feed, stall);
        service.spawn_stream("sse", serving);
        return Response::default();
    }
    response(feed)
}

/// The answer, with the stream as its body.
pub(crate) fn response<S: Source>(source: S) -> Response {
    let open = source.metrics().open(Transport::Sse);
    let chunks = unfold(Some((source, open)), async |state| {
        let (mut feed, open) = state?;
        Some(match feed.next().await {
            Delivery::Control(frame) => (Ok(frame.sse().clone()), Some((feed, open))),
            Delivery::Run(run) => (Ok(run.sse), Some((feed, open))),
            Delivery::Heartbeat => (Ok(HEARTBEAT), Some((feed, open))),
            // Without a socket of its own it is in no audience.
            Delivery::Rest => (Ok(Bytes::new()), Some((feed, open))),
            Delivery::Bye(_, frame) => (Ok(frame.sse().clone()), None),
        })
    });
    let mut response = warp::reply::stream(Body::new(chunks)).into_response();
    response.headers_mut().extend(headers());
    response
}

fn headers() -> HeaderMap {
    HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_ACCEL_BUFFERING, HeaderValue::from_static("no")),
    ])
}

/// warp asks for a body that is `Sync`. A lock that is only reached through `&mut` makes it so and is
/// never taken.
struct Body(Mutex<Pin<Box<dyn Stream<Item = Chunk> + Send>>>);

impl Body {
    fn new(chunks: impl Stream<Item = Chunk> + Send + 'static) -> Self {
        Self(Mutex::new(Box::pin(chunks)))
    }
}

impl Stream for Body {
    type Item = Chunk;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Chunk>> {
        match self.0.get_mut() {
            Ok(chunks) => chunks.as_mut().poll_next(cx),
            // Never taken, so never poisoned.
            Err(_) => Poll::Ready(None),
        }
    }
}
