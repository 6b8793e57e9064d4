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

/// The socket of a connection that was taken over.
#[derive(Debug)]
pub(crate) struct Outlet {
    socket: Socket,
    member: Arc<Member>,
}

impl Outlet {
    pub(crate) fn new(socket: Socket, transport: Transport) -> Self {
        let member = Arc::new(Member::new(socket.clone(), transport));
        Self { socket, member }
    }

    /// For the feed, which attaches it when the viewer is up to date.
    pub(crate) fn member(&self) -> &Arc<Member> {
        &self.member
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.member.close();
    }
}

impl AsyncRead for Outlet {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.socket.poll_read(cx, buf)
    }
}

impl AsyncWrite for Outlet {
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
