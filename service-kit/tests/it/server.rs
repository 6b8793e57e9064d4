//! A server on a free port, and a client that sees every byte.

use std::net::SocketAddr;
use std::time::Duration;

use service_kit::http::{self, HttpConfig};
use service_kit::tasks::Tasks;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use warp::{Filter, Rejection, Reply};

/// Longer than anything here takes; a test that hangs fails.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// A server that runs until it is dropped or stopped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) tasks: Tasks,
}

impl Server {
    pub(crate) fn start<F, R>(config: &HttpConfig, routes: F) -> Self
    where
        F: Filter<Extract = (R,), Error = Rejection> + Clone + Send + Sync + 'static,
        F::Future: Send,
        R: Reply + 'static,
    {
        let bound = http::bind("test", config).unwrap();
        let (address, tasks) = (bound.addr(), Tasks::new());
        let shutdown = tasks.shutdown_token();
        tasks.spawn("http", bound.run(routes, shutdown));
        Self { address, tasks }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn connect(&self) -> RawClient {
        let tcp = TcpStream::connect(self.address).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        RawClient(tcp)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.shut_down();
    }
}

/// A client that sends and reads plain bytes.
pub(crate) struct RawClient(pub(crate) TcpStream);

impl RawClient {
    pub(crate) async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Sends bytes that the server may no longer want.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).await.is_ok()
    }

    /// One answer with a Content-Length: its status and body.
    pub(crate) async fn answer(&mut self) -> (u16, String) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = timeout(LIMIT, self.0.read_u8()).await;
            head.push(byte.expect("an answer in time").expect("an answer before the end"));
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.split("content-length: ").nth(1).unwrap_or("0");
        let length = length.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        timeout(LIMIT, self.0.read_exact(&mut body)).await.unwrap().unwrap();
        (status, String::from_utf8(body).unwrap())
    }

    /// Everything until the server closes.
    pub(crate) async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        // A reset ends it as well.
        let end = timeout(LIMIT, self.0.read_to_end(&mut bytes)).await;
        drop(end.expect("the server closes in time"));
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The code of a problem document.
pub(crate) fn code(body: &str) -> String {
    let document: serde_json::Value = serde_json::from_str(body).unwrap();
    document["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned()
}
