//! A TCP proxy that can swallow what the server says: stored, but the acknowledgement is lost.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    PassOn,
    SwallowAnswers,
    Cut,
}

/// Stands between a client and a server. Gone when dropped.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    mode: watch::Sender<Mode>,
    accepting: AbortHandle,
}

impl Proxy {
    /// Listens on a free port and passes on to `127.0.0.1:server_port`.
    pub async fn start(server_port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (mode, watched) = watch::channel(Mode::PassOn);
        let accepting = tokio::spawn(accept(listener, server_port, watched)).abort_handle();
        Self { port, mode, accepting }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// From now on swallows what the server says; what the client says still arrives.
    pub fn swallow_answers(&self) {
        self.mode.send_replace(Mode::SwallowAnswers);
    }

    /// Ends every connection and lets none through.
    pub fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    /// Ends connections from which something is missing, and passes everything on again.
    pub fn heal(&self) {
        self.mode.send_replace(Mode::PassOn);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server_port: u16, mode: watch::Receiver<Mode>) {
    while let Ok((client, _)) = listener.accept().await {
        if *mode.borrow() != Mode::Cut {
            tokio::spawn(pass_on(client, server_port, mode.clone()));
        }
    }
}

async fn pass_on(client: TcpStream, server_port: u16, mode: watch::Receiver<Mode>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server_port)).await else { return };
    client.set_nodelay(true).ok();
    server.set_nodelay(true).ok();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whichever ends first ends the connection; how it ended does not matter.
    tokio::select! {
        _ = questions(from_client, to_server) => {}
        _ = answers(from_server, to_client, mode) => {}
    }
}

async fn questions(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<()> {
    tokio::io::copy(&mut from, &mut to).await.map(|_| ())
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut mode: watch::Receiver<Mode>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    let mut swallowing = false;
    loop {
        let mode_now = *mode.borrow_and_update();
        match mode_now {
            Mode::Cut => return Ok(()),
            Mode::PassOn if swallowing => return Ok(()),
            Mode::PassOn => {}
            Mode::SwallowAnswers => swallowing = true,
        }
        tokio::select! {
            changed = mode.changed() => if changed.is_err() { return Ok(()) },
            read = from.read(&mut buffer) => match read? {
                0 => return Ok(()),
                bytes if swallowing => tracing::trace!(bytes, "swallowed"),
                bytes => to.write_all(&buffer[..bytes]).await?,
            },
        }
    }
}
