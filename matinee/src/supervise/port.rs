//! Ports for servers that were given none.

use std::net::{Ipv4Addr, TcpListener};

use rand::RngExt;

use super::StartError;

/// Below the ports that the system gives to outgoing connections: one of those could take the port
/// of a server while it is being restarted.
const FROM: u16 = 20_000;
const TO: u16 = 32_000;
const TRIES: usize = 200;

/// The configured port, or for 0 a free one of this machine's loopback.
pub fn configured_or_free(port: u16) -> Result<u16, StartError> {
    if port != 0 {
        return Ok(port);
    }
    let mut random = rand::rng();
    (0..TRIES)
        .map(|_| random.random_range(FROM..TO))
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .ok_or(StartError::NoPort)
}
