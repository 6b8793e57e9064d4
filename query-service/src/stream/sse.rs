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

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use warp::http::HeaderValue;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use warp::reply::{Reply, Response};

use crate::feed::{Delivery, Feed};
use crate::metrics::Transport;

/// A comment: keeps proxies from taking silence for death.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// For nginx, which would otherwise collect a stream before it passes it on.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

type Chunk = Result<Bytes, Infallible>;

/// The answer, with the stream as its body.
pub(crate) fn response(feed: Feed) -> Response {
    let open = feed.metrics().open(Transport::Sse);
    let chunks = unfold(Some((feed, open)), async |state| {
        let (mut feed, open) = state?;
        Some(match feed.next().await {
            Delivery::Control(frame) => (Ok(frame.sse().clone()), Some((feed, open))),
            Delivery::Run(run) => (Ok(run.sse), Some((feed, open))),
            Delivery::Heartbeat => (Ok(HEARTBEAT), Some((feed, open))),
            Delivery::Bye(_, frame) => (Ok(frame.sse().clone()), None),
        })
    });
    let mut response = warp::reply::stream(Body::new(chunks)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
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
