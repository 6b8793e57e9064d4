//! A TCP proxy that can swallow what the server says: stored, but the acknowledgement is lost.

/// Stands between a client and a server.
#[derive(Debug)]
pub struct Proxy {}

impl Proxy {
    /// Listens on a free port and passes on to `127.0.0.1:port`.
    pub async fn start(port: u16) -> Self {
        todo!()
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        todo!()
    }

    /// From now on swallows what the server says.
    pub fn swallow_answers(&self) {
        todo!()
    }

    /// Ends every connection and passes everything on again.
    pub fn heal(&self) {
        todo!()
    }
}
