//! A way to a server that can be cut: what a client's network does to it.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

/// Passes connections on. Takes no more when dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub addr: SocketAddr,
    cuts: broadcast::Sender<()>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens, and passes everything on to `target`, as `host:port`.
    pub async fn start(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let (cuts, _) = broadcast::channel(1);
        let (target, cutting) = (target.to_owned(), cuts.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, target.clone(), cutting.subscribe()));
            }
        });
        Self { addr, cuts, task }
    }

    /// Cuts every connection that is open.
    pub fn cut(&self) {
        // An error means that none is.
        self.cuts.send(()).ok();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(mut client: TcpStream, target: String, mut cut: broadcast::Receiver<()>) {
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = cut.recv() => {}
    }
}
