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
use futures_util::stream::poll_fn;
use service_kit::http::{CorsHeaders, Socket};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::SendTimeoutError;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use warp::http::{HeaderMap, HeaderValue};
use warp::reply::{Reply, Response};

use crate::feed::control::{self, ByeReason};
use crate::feed::{Delivery, Feed, Source};
use crate::metrics::{Metrics, Transport};
use crate::service::Service;
use crate::stream::direct;

/// A comment: keeps proxies from taking silence for death.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// For nginx, which would otherwise collect a stream before it passes it on.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Of a body: what is to be taken next, and the last word.
const PLACES: usize = 2;

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
    response(service, feed)
}

/// The answer, with the stream as its body.
///
/// A body is asked only while the client takes what there is: with HTTP/2 a client can stop one stream
/// and go on with others. So whoever knows when the stream must end is a task of its own.
pub(crate) fn response<S: Source>(service: &Service, source: S) -> Response {
    let stall = Duration::from_millis(service.config().http.write_timeout_ms);
    let (to_body, mut chunks) = mpsc::channel(PLACES);
    service.spawn_stream("sse body", feed(source, to_body, stall));
    let chunks = poll_fn(move |cx| chunks.poll_recv(cx).map(|chunk| chunk.map(Ok)));
    let mut response = warp::reply::stream(Body::new(chunks)).into_response();
    response.headers_mut().extend(headers());
    response
}

/// Hands the body what there is, until the end, or until the client has taken nothing for too long.
/// The last word does not wait for the client: it is there if they take up again.
async fn feed<S: Source>(mut source: S, body: mpsc::Sender<Bytes>, stall: Duration) {
    let _open = source.metrics().open(Transport::Sse);
    let Ok(last_place) = body.clone().try_reserve_owned() else { return };
    loop {
        let delivery = tokio::select! {
            delivery = source.next() => delivery,
            () = body.closed() => return,
        };
        let (bytes, is_last) = of(delivery);
        if is_last {
            last_place.send(bytes);
            return;
        }
        match body.send_timeout(bytes, stall).await {
            Ok(()) => {}
            Err(SendTimeoutError::Closed(_)) => return,
            Err(SendTimeoutError::Timeout(bytes)) => {
                let bye = control::bye(ByeReason::TooSlow, source.cursor(), None);
                last_place.send([&bytes[..], bye.sse()].concat().into());
                return Metrics::stream_ended("stalled");
            }
        }
    }
}

/// What a delivery is on the wire, and whether it is the last.
pub(super) fn of(delivery: Delivery) -> (Bytes, bool) {
    match delivery {
        Delivery::Control(frame) => (frame.sse().clone(), false),
        Delivery::Run(run) => (run.sse, false),
        Delivery::Heartbeat => (HEARTBEAT, false),
        Delivery::Rest => (Bytes::new(), false),
        Delivery::Bye(_, frame) => (frame.sse().clone(), true),
    }
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
