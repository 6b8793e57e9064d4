//! A connection's socket as hyper sees it. It tells the activity what passes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::socket::Socket;

/// A connection that counts.
#[derive(Debug)]
pub(super) struct CountedStream(Socket);

impl CountedStream {
    pub(super) fn new(socket: Socket) -> Self {
        Self(socket)
    }

    fn watch<T>(&self, poll: Poll<T>) -> Poll<T> {
        if poll.is_pending() {
            self.0.activity().write_stalled();
        } else {
            self.0.activity().written();
        }
        poll
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = self.0.poll_read(cx, buf);
        if before < buf.filled().len() {
            self.0.activity().received();
        }
        poll
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = self.0.poll_write(cx, buf);
        self.watch(poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = self.0.poll_write_with(cx, |tcp| tcp.try_write_vectored(bufs));
        self.watch(poll)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// A socket has no buffer of its own.
    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.shut_down())
    }
}
