//! The TCP stream of a connection. It tells the activity what passes and holds the connection's
//! permit, also after it became a WebSocket's.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use metrics::Gauge;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

use super::activity::Activity;

/// A connection that counts.
#[derive(Debug)]
pub(super) struct CountedStream {
    tcp: TcpStream,
    activity: Arc<Activity>,
    _open: OpenGuard,
    _permit: OwnedSemaphorePermit,
}

struct OpenGuard(Gauge);

impl CountedStream {
    pub(super) fn new(
        tcp: TcpStream,
        activity: Arc<Activity>,
        open: Gauge,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        open.increment(1);
        Self { tcp, activity, _open: OpenGuard(open), _permit: permit }
    }

    fn watch<T>(&self, poll: Poll<T>) -> Poll<T> {
        if poll.is_pending() {
            self.activity.write_stalled();
        } else {
            self.activity.written();
        }
        poll
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.tcp).poll_read(cx, buf);
        if before < buf.filled().len() {
            self.activity.received();
        }
        poll
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.tcp).poll_write(cx, buf);
        self.watch(poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs);
        self.watch(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

impl std::fmt::Debug for OpenGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenGuard")
    }
}

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}
