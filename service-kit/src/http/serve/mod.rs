//! Own accept loop: warp's sets no TCP_NODELAY, no connection cap, no header timeout, and waits for
//! open streams for ever when it stops.

use std::net::SocketAddr;

use tokio_util::sync::CancellationToken;
use warp::{Filter, Rejection, Reply};

use crate::config::OutOfRange;
use crate::http::HttpConfig;

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
        source: std::io::Error,
    },
}

/// A service that listens and does not serve yet.
#[derive(Debug)]
pub struct Bound {
    service: &'static str,
    listener: std::net::TcpListener,
    address: SocketAddr,
    config: HttpConfig,
}

/// Listens; clients may connect and wait from now on. `service` names it in logs and metrics.
pub fn bind(service: &'static str, config: &HttpConfig) -> Result<Bound, BindError> {
    config.check().map_err(|source| BindError::Config { service, source })?;
    let address = config.listen;
    let failed = |source| BindError::Listen { service, address, source };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
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
        let _service = warp::service(routes.recover(crate::rejections::answer));
        let _ = (self.service, self.listener, self.config);
        shutdown.cancelled().await;
    }
}
