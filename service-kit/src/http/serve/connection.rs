//! One connection from its first byte to its last, HTTP/1.1 or HTTP/2.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::activity::{Activity, Timeouts};
use super::admission::Place;
use super::request::{HttpMetrics, RequestContext, Routes, answer};
use super::socket::Socket;
use super::stream::CountedStream;
use crate::http::body::BodyTimeout;
use crate::http::cors::Origin;
use crate::http::{HttpConfig, PeerAddr};

/// How long a connection that is overdue gets to say goodbye.
const GOODBYE: Duration = Duration::from_millis(100);

/// How often an HTTP/2 client is asked whether it is there.
const HTTP2_PING: Duration = Duration::from_secs(20);

/// What all connections of a listener share.
#[derive(Debug)]
pub(super) struct Connections {
    builder: Builder<TokioExecutor>,
    timeouts: Timeouts,
    body_timeout: BodyTimeout,
    origins: Arc<[Origin]>,
    metrics: HttpMetrics,
    shutdown: CancellationToken,
    close: CancellationToken,
}

impl Connections {
    pub(super) fn new(
        service: &'static str,
        config: &HttpConfig,
        shutdown: CancellationToken,
    ) -> Self {
        let buffer_bytes = usize::try_from(config.header_bytes_max).unwrap_or(usize::MAX);
        let mut builder = Builder::new(TokioExecutor::new());
        // Times are kept by `Activity`, which also sees what comes before HTTP.
        builder.http1().header_read_timeout(None).max_buf_size(buffer_bytes);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(HTTP2_PING)
            .max_header_list_size(config.header_bytes_max)
            .max_send_buf_size(buffer_bytes)
            .max_concurrent_streams(config.http2_streams_max);
        Self {
            builder,
            timeouts: Timeouts::from(config),
            body_timeout: BodyTimeout(Duration::from_millis(config.body_timeout_ms)),
            origins: config.cors_origins.clone().into(),
            metrics: HttpMetrics::new(service),
            shutdown,
            close: CancellationToken::new(),
        }
    }

    /// Serves one connection until it ends, is overdue, or [`Connections::close_all`] is called.
    pub(super) fn serve(
        &self,
        tcp: TcpStream,
        peer: SocketAddr,
        place: Place,
        routes: impl Routes,
    ) -> impl Future<Output = ()> + Send + 'static {
        let activity = Arc::new(Activity::new());
        let context = RequestContext {
            peer: PeerAddr(peer),
            body_timeout: self.body_timeout,
            origins: Arc::clone(&self.origins),
            activity: Arc::clone(&activity),
            socket: Socket::new(
                tcp,
                Arc::clone(&activity),
                self.metrics.connections.clone(),
                place,
            ),
            metrics: self.metrics.clone(),
        };
        let socket = context.socket.clone();
        let stream = TokioIo::new(CountedStream::new(socket.clone()));
        let service = service_fn(move |request: Request<Incoming>| {
            answer(context.clone(), request, routes.clone())
        });
        let connection = self.builder.serve_connection(stream, service).into_owned();
        let (shutdown, close) = (self.shutdown.clone(), self.close.clone());
        let timeouts = self.timeouts;
        let overdue = self.metrics.overdue.clone();
        async move {
            let mut connection = pin!(connection);
            let mut draining = false;
            loop {
                tokio::select! {
                    // How a connection fails is the client's affair and not worth a line. One that
                    // a route has taken over is no longer ours, and hyper's part of it is dropped.
                    () = poll_fn(|cx| match connection.as_mut().poll(cx) {
                        Poll::Pending if !socket.is_taken() => Poll::Pending,
                        Poll::Pending | Poll::Ready(_) => Poll::Ready(()),
                    }) => return,
                    () = close.cancelled() => return,
                    () = shutdown.cancelled(), if !draining => {
                        draining = true;
                        connection.as_mut().graceful_shutdown();
                    }
                    () = sleep_until(activity.look_again_at(&timeouts)) => {
                        if !activity.is_overdue(&timeouts) {
                            continue;
                        }
                        overdue.increment(1);
                        draining = true;
                        connection.as_mut().graceful_shutdown();
                        let ended = timeout(GOODBYE, connection.as_mut()).await.is_ok();
                        // A request that came in at the last moment is still answered.
                        if ended || activity.is_overdue(&timeouts) {
                            return;
                        }
                    }
                }
            }
        }
    }

    /// Closes whatever is still open, now.
    pub(super) fn close_all(&self) {
        self.close.cancel();
    }
}
