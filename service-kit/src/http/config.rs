//! The limits of a listener.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::config::{OutOfRange, check_range};
use crate::http::cors::Origin;

/// A section such as `[command.http]`. Every service has its own listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Connections that the kernel keeps waiting.
    pub backlog: u32,
    /// Open connections; one more is answered with 503.
    pub connections_max: usize,
    /// New connections in a second; one more is answered with 503. 0 is no limit.
    pub connections_per_s: u32,
    /// How many may come at once before that limit holds.
    pub connections_burst: u32,
    /// Open connections of one address, of a /64 network in IPv6; one more is answered with 503. 0 is
    /// no limit, as behind a proxy, where all have the proxy's address.
    pub connections_per_address_max: usize,
    /// Time for the header of a request, from its first byte (from the connection, for the first).
    pub header_timeout_ms: u64,
    /// Time for the body of a request.
    pub body_timeout_ms: u64,
    /// Time that a connection may stay open without a request.
    pub keep_alive_ms: u64,
    /// Time that a client may take no byte of an answer that is ready.
    pub write_timeout_ms: u64,
    /// Bytes of a request's header, and of the read and write buffers of a connection.
    pub header_bytes_max: u32,
    /// Requests at once on an HTTP/2 connection.
    pub http2_streams_max: u32,
    /// Time that open requests get to end when the service stops.
    pub drain_ms: u64,
    /// Origins of pages that may ask, such as `https://shop.example`; `*` is all, without cookies.
    pub cors_origins: Vec<Origin>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            backlog: 1_024,
            connections_max: 20_000,
            connections_per_s: 5_000,
            connections_burst: 10_000,
            connections_per_address_max: 0,
            header_timeout_ms: 10_000,
            body_timeout_ms: 10_000,
            keep_alive_ms: 75_000,
            write_timeout_ms: 30_000,
            header_bytes_max: 32_768,
            http2_streams_max: 100,
            drain_ms: 10_000,
            cors_origins: Vec::new(),
        }
    }
}

impl HttpConfig {
    /// Refuses limits that make no sense.
    pub fn check(&self) -> Result<(), OutOfRange> {
        check_range("http.backlog", self.backlog, 1..=65_535)?;
        check_range("http.connections_max", self.connections_max, 1..=1_000_000)?;
        check_range("http.connections_per_s", self.connections_per_s, 0..=1_000_000)?;
        check_range("http.connections_burst", self.connections_burst, 1..=1_000_000)?;
        let per_address = self.connections_per_address_max;
        check_range("http.connections_per_address_max", per_address, 0..=1_000_000)?;
        check_range("http.header_timeout_ms", self.header_timeout_ms, 10..=600_000)?;
        check_range("http.body_timeout_ms", self.body_timeout_ms, 10..=600_000)?;
        check_range("http.keep_alive_ms", self.keep_alive_ms, 10..=3_600_000)?;
        check_range("http.write_timeout_ms", self.write_timeout_ms, 10..=600_000)?;
        // hyper accepts no smaller buffer than 8 KiB.
        check_range("http.header_bytes_max", self.header_bytes_max, 8_192..=1_048_576)?;
        check_range("http.http2_streams_max", self.http2_streams_max, 1..=10_000)?;
        check_range("http.drain_ms", self.drain_ms, 0..=600_000)
    }
}
