//! The TCP socket of a connection, shared: routes find it in the extensions of an HTTP/1 request.
//!
//! hyper writes through its own buffers, 16 kB of them, and wakes a task for each write. A long
//! stream is served cheaper by whoever holds the socket itself: a route may take an HTTP/1
//! connection over ([`Socket::take_over`]).

use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use metrics::Gauge;
use socket2::SockRef;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;

use super::activity::Activity;
use super::admission::Place;

/// A connection's socket. The connection counts as open until the last clone is gone.
#[derive(Debug, Clone)]
pub struct Socket(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    tcp: TcpStream,
    activity: Arc<Activity>,
    taken: AtomicBool,
    _open: OpenGuard,
    _place: Place,
}

struct OpenGuard(Gauge);

impl Socket {
    pub(super) fn new(tcp: TcpStream, activity: Arc<Activity>, open: Gauge, place: Place) -> Self {
        open.increment(1);
        let taken = AtomicBool::new(false);
        Self(Arc::new(Shared { tcp, activity, taken, _open: OpenGuard(open), _place: place }))
    }

    /// A socket without an HTTP connection, for tests of whoever writes to one.
    #[cfg(feature = "testing")]
    pub fn of_a_test(tcp: TcpStream) -> Option<Self> {
        let place = Place::of_a_test()?;
        Some(Self::new(tcp, Arc::new(Activity::new()), Gauge::noop(), place))
    }

    /// Takes the connection of the request that is being answered. Whatever its route answers is
    /// only counted: the caller writes the answer, head included, and closes by dropping the socket.
    ///
    /// False while an earlier answer waits in hyper's buffers for a client that does not read.
    pub fn take_over(&self) -> bool {
        let free = !self.0.activity.is_write_stalled();
        self.0.taken.store(free, Ordering::Relaxed);
        free
    }

    /// Only the task of the connection asks and takes, hence relaxed.
    pub(super) fn is_taken(&self) -> bool {
        self.0.taken.load(Ordering::Relaxed)
    }

    /// Writes what the kernel takes at once.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.0.tcp.try_write(bytes)
    }

    /// As `AsyncWrite::poll_write`.
    pub fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_with(cx, |tcp| tcp.try_write(bytes))
    }

    /// As `AsyncRead::poll_read`.
    pub fn poll_read(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.tcp.poll_read_ready(cx))?;
            match self.0.tcp.try_read(buf.initialize_unfilled()) {
                Ok(count) => {
                    buf.advance(count);
                    return Poll::Ready(Ok(()));
                }
                // Not ready after all: asked again, the poll above registers the waker.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Says that nothing more will be written.
    pub fn shut_down(&self) -> io::Result<()> {
        match SockRef::from(&self.0.tcp).shutdown(Shutdown::Write) {
            // The client was faster.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            ended => ended,
        }
    }

    pub(super) fn poll_write_with(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.tcp.poll_write_ready(cx))?;
            match write(&self.0.tcp) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }

    pub(super) fn activity(&self) -> &Activity {
        &self.0.activity
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
