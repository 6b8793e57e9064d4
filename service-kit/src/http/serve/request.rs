//! Hands a request to warp and back: what routes find in its extensions, what is counted, and that
//! a panic becomes an answer.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper::{Request, Response};
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use warp::http::{Method, Version};
use warp::reply::Reply;

use super::activity::{Activity, RequestGuard};
use super::socket::Socket;
use crate::http::PeerAddr;
use crate::http::body::BodyTimeout;
use crate::http::cors::{self, Origin};
use crate::http::method::TriedMethods;
use crate::problem::Problem;

/// What every request of a connection is given.
#[derive(Debug, Clone)]
pub(super) struct RequestContext {
    pub(super) peer: PeerAddr,
    pub(super) body_timeout: BodyTimeout,
    pub(super) origins: Arc<[Origin]>,
    pub(super) activity: Arc<Activity>,
    pub(super) socket: Socket,
    pub(super) metrics: HttpMetrics,
}

/// The counters of a listener, looked up once.
#[derive(Clone)]
pub(super) struct HttpMetrics {
    /// Connections that are open, those that routes have taken over included.
    pub(super) connections: Gauge,
    /// Connections that were closed because they were silent or slow for too long.
    pub(super) overdue: Counter,
    by_class: [Counter; 6],
    seconds: Histogram,
}

impl HttpMetrics {
    pub(super) fn new(service: &'static str) -> Self {
        let class =
            |class| counter!("http_requests_total", "service" => service, "status" => class);
        Self {
            connections: gauge!("http_connections", "service" => service),
            overdue: counter!("http_connections_overdue_total", "service" => service),
            by_class: ["other", "1xx", "2xx", "3xx", "4xx", "5xx"].map(class),
            seconds: histogram!("http_request_seconds", "service" => service),
        }
    }

    fn count(&self, status: u16, elapsed: Duration) {
        let class = usize::from(status / 100);
        self.by_class.get(class).unwrap_or(&self.by_class[0]).increment(1);
        self.seconds.record(elapsed);
    }
}

impl std::fmt::Debug for HttpMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpMetrics")
    }
}

/// Warp's routes as hyper calls them.
pub(super) trait Routes:
    Service<
        Request<Incoming>,
        Response = warp::reply::Response,
        Error = Infallible,
        Future: Send + 'static,
    > + Clone
    + Send
    + 'static
{
}

impl<S> Routes for S where
    S: Service<
            Request<Incoming>,
            Response = warp::reply::Response,
            Error = Infallible,
            Future: Send + 'static,
        > + Clone
        + Send
        + 'static
{
}

/// Answers one request.
pub(super) async fn answer(
    context: RequestContext,
    mut request: Request<Incoming>,
    routes: impl Routes,
) -> Result<Response<impl Body<Data = Bytes, Error = warp::Error> + Send>, Infallible> {
    let version = request.version();
    let guard = context.activity.request(version);
    let started = Instant::now();
    let extensions = request.extensions_mut();
    extensions.insert(context.peer);
    extensions.insert(context.body_timeout);
    extensions.insert(TriedMethods::default());
    if version < Version::HTTP_2 {
        extensions.insert(context.socket.clone());
    }
    let cors = cors::headers(&context.origins, request.headers());
    if !cors.0.is_empty() {
        request.extensions_mut().insert(cors.clone());
    }
    let preflight = cors::preflight(request.method(), request.headers(), &cors);
    let logged = Logged::of(&request);

    let mut response = match preflight {
        Some(allowed) => allowed,
        None => match AssertUnwindSafe(routes.call(request)).catch_unwind().await {
            Ok(Ok(response)) => response,
            // The panic hook has printed where; the client gets an answer, the connection stays.
            Err(_) => Problem::internal().into_response(),
        },
    };
    response.headers_mut().extend(cors.0);

    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    context.metrics.count(status, elapsed);
    if let Some(logged) = logged {
        logged.log(status, elapsed);
    }
    if context.socket.is_taken() {
        // The route answers by itself; this future is dropped with the rest of the connection.
        return std::future::pending().await;
    }
    Ok(response.map(|body| GuardedBody { body, _guard: guard }))
}

/// What a line about a request needs, where somebody reads such lines.
struct Logged {
    method: Method,
    path: String,
}

impl Logged {
    fn of(request: &Request<Incoming>) -> Option<Self> {
        tracing::enabled!(tracing::Level::DEBUG).then(|| Self {
            method: request.method().clone(),
            // Without the query: clients put there what should not be there.
            path: request.uri().path().to_owned(),
        })
    }

    fn log(self, status: u16, elapsed: Duration) {
        let duration_ms = elapsed.as_secs_f64() * 1_000.0;
        let Self { method, path } = self;
        tracing::debug!(http.method = %method, http.path = path, http.status = status, duration_ms, "request");
    }
}

/// The body of an answer; the request counts as open until it is gone.
struct GuardedBody<B> {
    body: B,
    _guard: RequestGuard,
}

impl<B: Body + Unpin> Body for GuardedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
