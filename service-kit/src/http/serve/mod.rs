//! Own accept loop: warp's sets no `TCP_NODELAY`, no connection cap, no header timeout, and waits for
//! open streams for ever when it stops.
//!
//! [`bind`] listens, [`Bound::run`] accepts; `connection` serves one connection within the times
//! that `activity` keeps, `request` hands a request to warp, `socket` lets a route take the connection
//! over, `admission` counts who may connect, `refusal` answers one connection too many.

mod activity;
mod admission;
mod connection;
mod refusal;
mod request;
pub(super) mod socket;
mod stream;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hyper_util::service::TowerToHyperService;
use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use warp::{Filter, Rejection, Reply};

use self::admission::Admission;
use self::connection::Connections;
use self::refusal::Refusals;
use crate::config::OutOfRange;
use crate::http::HttpConfig;
use crate::rejections;

/// After this silence the kernel asks whether the other end still exists.
const TCP_KEEPALIVE: Duration = Duration::from_mins(1);

/// What the kernel holds for a client who does not read; left alone it grows to megabytes, which
/// nobody counts and which delays all that comes after.
const SEND_BUFFER: usize = 256 << 10;

/// How long to wait when the system has no descriptor or memory left for one more connection.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

/// Why a service cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// A limit makes no sense.
    #[error("the configuration of `{service}` is out of range")]
    Config {
        /// The service.
        service: &'static str,
        /// Which key.
        source: OutOfRange,
    },
    /// The system does not let us.
    #[error("`{service}` cannot listen on `{address}`")]
    Listen {
        /// The service.
        service: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// A service that listens and does not serve yet.
#[derive(Debug)]
pub struct Bound {
    service: &'static str,
    listener: TcpListener,
    address: SocketAddr,
    config: HttpConfig,
}

/// Listens; clients may connect and wait from now on. `service` names it in logs and metrics. Must
/// be called within a runtime.
pub fn bind(service: &'static str, config: &HttpConfig) -> Result<Bound, BindError> {
    config.check().map_err(|source| BindError::Config { service, source })?;
    let wanted = config.listen;
    let failed = |source| BindError::Listen { service, address: wanted, source };
    let listener = listen(wanted, config.backlog).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { service, listener, address, config: config.clone() })
}

impl Bound {
    /// The address with its real port.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown`; then accepts nothing, lets open requests end for `drain_ms` and
    /// closes what is left. Streams must end by themselves when `shutdown` fires.
    pub async fn run<F, R>(self, routes: F, shutdown: CancellationToken)
    where
        F: Filter<Extract = (R,), Error = Rejection> + Clone + Send + Sync + 'static,
        F::Future: Send,
        R: Reply + 'static,
    {
        let Self { service, listener, address, config } = self;
        let routes = TowerToHyperService::new(warp::service(routes.recover(rejections::answer)));
        let mut admission = Admission::new(&config);
        let tracker = TaskTracker::new();
        let connections = Connections::new(service, &config, shutdown.clone());
        let mut refusals = Refusals::new(service, config.cors_origins.clone().into());
        tracing::info!(service, %address, "listening");

        while let Some((tcp, peer)) = accept(&listener, &shutdown).await {
            match admission.admit(peer.ip(), Instant::now()) {
                Ok(place) => {
                    tracker.spawn(connections.serve(tcp, peer, place, routes.clone()));
                }
                Err(why) => refusals.refuse(tcp, why, &tracker),
            }
        }

        // New clients are refused by the kernel from here on.
        drop(listener);
        tracker.close();
        let places = admission.places();
        let everything_ended = async {
            tracker.wait().await;
            // Upgraded connections have left their task; each still holds its place.
            let all = u32::try_from(config.connections_max).unwrap_or(u32::MAX);
            drop(places.acquire_many(all).await);
        };
        let drain = Duration::from_millis(config.drain_ms);
        if tokio::time::timeout(drain, everything_ended).await.is_err() {
            let open = config.connections_max - places.available_permits();
            tracing::warn!(service, open, "closing connections that did not end in time");
        }
        connections.close_all();
        tracker.wait().await;
        tracing::info!(service, "stopped");
    }
}

/// Sockets accepted from this one inherit `TCP_NODELAY` and the keep-alive: no call per connection.
fn listen(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_tcp_nodelay(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(TCP_KEEPALIVE))?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    TcpListener::from_std(socket.into())
}

/// The next connection, whatever goes wrong before it; `None` at shutdown.
async fn accept(
    listener: &TcpListener,
    shutdown: &CancellationToken,
) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(connection) => return Some(connection),
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections, pausing");
                tokio::time::sleep(EXHAUSTED_PAUSE).await;
            }
        }
    }
}

/// The client gave up before it was accepted. Anything else, such as EMFILE, would come again at
/// once and keep a core busy.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    let kinds = [ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted];
    kinds.contains(&error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_error_of_one_connection_goes_without_a_pause() {
        assert!(concerns_one_connection(&io::ErrorKind::ConnectionAborted.into()));
        // EMFILE and ENFILE of Linux.
        assert!(!concerns_one_connection(&io::Error::from_raw_os_error(24)));
        assert!(!concerns_one_connection(&io::Error::from_raw_os_error(23)));
    }

    #[tokio::test]
    async fn accepted_connections_do_not_delay_small_writes() {
        let bound = bind("test", &HttpConfig::default()).unwrap();
        let (client, accepted) =
            tokio::join!(TcpStream::connect(bound.addr()), bound.listener.accept());

        client.unwrap();
        assert!(accepted.unwrap().0.nodelay().unwrap());
    }
}
