//! Sends back what it is sent, over the same sockets as a feed: for the test suites that others have
//! for WebSocket. Only in builds with the feature `echo`, which only tests ask for, and on a listener
//! of its own.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use service_kit::http::{BindError, HttpConfig, bind, get};
use service_kit::problem::Problem;
use service_kit::tasks::Tasks;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{self, CloseFrame, Role};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use warp::Filter;
use warp::reply::Response;

use crate::broadcast::outlet::Outlet;
use crate::config::WebSocketConfig;
use crate::metrics::Transport;
use crate::stream::handshake::{self, Opening, Upgrade};
use crate::stream::websocket::of_error;

/// The largest message of the suites has 16 MiB.
const MESSAGE_BYTES_MAX: usize = 32 << 20;

/// Listens and answers until shutdown.
pub fn start(tasks: &Tasks) -> Result<SocketAddr, BindError> {
    let bound = bind("echo", &HttpConfig::default())?;
    let (addr, running) = (bound.addr(), tasks.clone());
    let route = get().and(handshake::upgrade()).map(move |upgrade: Result<Upgrade, Problem>| {
        let (accepted, answer) = upgrade?.accept()?;
        running.spawn("echo", serve(accepted));
        Ok::<Response, Problem>(answer)
    });
    tasks.spawn("echo http", bound.run(route, tasks.shutdown_token()));
    Ok(addr)
}

async fn serve(accepted: Opening) {
    let mut outlet = Outlet::new(accepted.socket, Transport::WebSocket);
    let Ok(()) = outlet.write_all(&accepted.head).await else { return };
    let config = WebSocketConfig::default();
    let limits = protocol::WebSocketConfig::default()
        .read_buffer_size(config.read_buffer_bytes)
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    let mut socket = WebSocketStream::from_raw_socket(outlet, Role::Server, Some(limits)).await;
    while let Some(message) = socket.next().await {
        let sent = match message {
            Ok(message @ (Message::Text(_) | Message::Binary(_))) => socket.send(message).await,
            Ok(_) => Ok(()),
            Err(error) => match of_error(&error).close() {
                Some((code, reason)) => {
                    let reason = Utf8Bytes::from_static(reason);
                    socket.close(Some(CloseFrame { code, reason })).await
                }
                None => return,
            },
        };
        if sent.is_err() {
            return;
        }
    }
}
