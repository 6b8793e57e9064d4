//! A viewer's socket as their own task sees it: reads and writes, beside the broadcaster. When it is
//! dropped the viewer is gone.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use service_kit::http::Socket;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::broadcast::member::Member;
use crate::metrics::Transport;

/// Reads from `R`, which may have read ahead; writes to the socket itself.
#[derive(Debug)]
pub(crate) struct Outlet<R> {
    reader: R,
    socket: Socket,
    member: Arc<Member>,
}

/// Reads from the socket.
#[derive(Debug)]
pub(crate) struct PlainReader(Socket);

impl Outlet<PlainReader> {
    pub(crate) fn plain(socket: Socket, transport: Transport) -> Self {
        Self::new(PlainReader(socket.clone()), socket, transport)
    }
}

impl<R> Outlet<R> {
    pub(crate) fn new(reader: R, socket: Socket, transport: Transport) -> Self {
        let member = Arc::new(Member::new(socket.clone(), transport));
        Self { reader, socket, member }
    }

    /// For the feed, which attaches it when the viewer is up to date.
    pub(crate) fn member(&self) -> &Arc<Member> {
        &self.member
    }
}

impl<R> Drop for Outlet<R> {
    fn drop(&mut self) {
        self.member.close();
    }
}

impl AsyncRead for PlainReader {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.poll_read(cx, buf)
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Outlet<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.reader).poll_read(cx, buf)
    }
}

impl<R: Unpin> AsyncWrite for Outlet<R> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.member.poll_write(&self.socket, cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.member.poll_flush(&self.socket, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.socket.shut_down())
    }
}
