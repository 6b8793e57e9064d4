//! A feed or a replay over WebSocket: each frame is one text message, the same JSON as on SSE.
//!
//! | close code | means |
//! |---|---|
//! | 1000 | the client closed, or a replay has come to its end (`end`) |
//! | 1001 | this process goes down (`shutdown`), or the log (`log_stopped`) or a replay's history (`history_unavailable`) cannot be read: come back |
//! | 1002, 1007 | the client broke the protocol, or sent text that is not UTF-8 |
//! | 1008 | the client sends too many frames |
//! | 1009 | the client sent too large a frame or message |
//! | 4001 | the token has expired: come back with another |
//! | 4003 | the app is closed (`app_closed`): coming back tells why |
//! | 4004 | somebody who runs the room has told the user to go (`kicked`) |
//! | 4005 | the user is banned from the room (`banned`): coming back is refused with 403 |
//! | 4006 | the user is no admin of the app any more (`admin_not_listed`), which their token says: coming back is refused with 403 |
//! | 4002 | the client reads more slowly than the room speaks: come back with the last `room_seq` |
//!
//! A client that takes nothing for too long, or answers no ping, is cut off without a code: none would
//! reach it. What a client sends is counted and limited; [`crate::stream::desk`] has what it may be.

use std::time::Duration;

use bytes::Bytes;
use domain::ids::RoomId;
use futures_util::{SinkExt, StreamExt};
use service_kit::auth::Identity;
use service_kit::problem::Problem;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{self, CloseFrame, Role};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use warp::reply::Response;

use crate::broadcast::outlet::Outlet;
use crate::config::WebSocketConfig;
use crate::feed::control::ByeReason;
use crate::feed::{Delivery, Source};
use crate::metrics::{Metrics, Transport};
use crate::service::Service;
use crate::stream::desk::{Desk, Done};
use crate::stream::handshake::{self, Upgrade};
use crate::stream::inbound::Inbound;

/// A connection that is about to become a WebSocket.
struct Opening<S> {
    accepted: handshake::Opening,
    source: S,
    config: WebSocketConfig,
    desk: Desk,
}

/// Answers and serves the source on the connection itself; what is given back is only counted.
pub(crate) fn respond<S: Source>(
    service: &Service,
    identity: &Identity,
    room_id: RoomId,
    upgrade: Upgrade,
    source: S,
) -> Result<Response, Problem> {
    let token = upgrade.token.clone();
    let (accepted, answer) = upgrade.accept()?;
    let desk = Desk::new(service.clone(), identity, room_id, token);
    let config = service.config().websocket.clone();
    let opening = Opening { accepted, source, config, desk };
    service.spawn_stream("websocket", serve(opening));
    Ok(answer)
}

/// Answers the handshake and serves until one of both sides closes.
///
/// Boxed, here and below: what is not needed while nothing happens must not make every waiting
/// connection larger.
fn serve<S: Source>(opening: Opening<S>) -> impl Future<Output = ()> {
    let beginning = Box::pin(begin(opening));
    async move {
        let Some(mut connection) = beginning.await else { return };
        let open = connection.source.metrics().open(Transport::WebSocket);
        let ended = connection.run().await;
        if let Some(why) = ended.label() {
            Metrics::stream_ended(why);
        }
        connection.source.leave();
        Box::pin(connection.say_goodbye(ended)).await;
        drop(open);
    }
}

async fn begin<S: Source>(opening: Opening<S>) -> Option<Connection<S>> {
    let Opening { accepted, mut source, config, desk } = opening;
    let mut outlet = Outlet::new(accepted.socket, Transport::WebSocket);
    let stall = Duration::from_millis(config.stall_ms);
    // The client may go away before it has the answer.
    timeout(stall, outlet.write_all(&accepted.head)).await.ok()?.ok()?;
    let limits = protocol::WebSocketConfig::default()
        .read_buffer_size(config.read_buffer_bytes)
        .write_buffer_size(0)
        .max_message_size(Some(config.inbound_bytes_max))
        .max_frame_size(Some(config.inbound_bytes_max));
    source.join(outlet.member().clone());
    source.warn_of_expiry(Duration::from_millis(config.token_warning_ms));
    let socket = WebSocketStream::from_raw_socket(outlet, Role::Server, Some(limits)).await;
    let inbound = Inbound::new(config.inbound_frames_per_s_max);
    Some(Connection { socket, source, config, inbound, desk, pinged_at: None })
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The client closed, and waits for our close.
    ByClient,
    /// The client went away.
    Gone,
    /// The source has said its last word, and it has been counted.
    Bye(ByeReason),
    /// No byte was taken in time.
    Stalled,
    /// No pong came in time.
    Silent,
    Flood,
    TooLarge,
    NotText,
    BrokenProtocol,
}

impl Ended {
    /// The label of the metric, for what is not counted elsewhere.
    fn label(self) -> Option<&'static str> {
        match self {
            Self::ByClient | Self::Gone | Self::Bye(_) => None,
            Self::Stalled => Some("stalled"),
            Self::Silent => Some("silent"),
            Self::Flood => Some("flood"),
            Self::TooLarge => Some("too_large"),
            Self::NotText | Self::BrokenProtocol => Some("broken_protocol"),
        }
    }

    /// The code and the reason to tell the client, where it may still hear them.
    pub(crate) fn close(self) -> Option<(CloseCode, &'static str)> {
        match self {
            Self::Bye(reason) => {
                let code = match reason {
                    ByeReason::TokenExpired => CloseCode::Library(4001),
                    ByeReason::TooSlow => CloseCode::Library(4002),
                    ByeReason::AppClosed => CloseCode::Library(4003),
                    ByeReason::Kicked => CloseCode::Library(4004),
                    ByeReason::Banned { .. } => CloseCode::Library(4005),
                    ByeReason::AdminNotListed => CloseCode::Library(4006),
                    ByeReason::End => CloseCode::Normal,
                    ByeReason::Shutdown | ByeReason::LogStopped | ByeReason::HistoryUnavailable => {
                        CloseCode::Away
                    }
                };
                Some((code, reason.as_str()))
            }
            Self::Flood => Some((CloseCode::Policy, "too_many_frames")),
            Self::TooLarge => Some((CloseCode::Size, "too_large")),
            Self::NotText => Some((CloseCode::Invalid, "not_utf8")),
            Self::BrokenProtocol => Some((CloseCode::Protocol, "broken_protocol")),
            Self::ByClient | Self::Gone | Self::Stalled | Self::Silent => None,
        }
    }
}

struct Connection<S> {
    socket: WebSocketStream<Outlet>,
    source: S,
    config: WebSocketConfig,
    inbound: Inbound,
    desk: Desk,
    /// When the oldest ping without an answer was sent.
    pinged_at: Option<Instant>,
}

impl<S: Source> Connection<S> {
    async fn run(&mut self) -> Ended {
        loop {
            let step = tokio::select! {
                delivery = self.source.next() => Box::pin(self.deliver(delivery)).await,
                message = self.socket.next() => Box::pin(self.received(message)).await,
                answer = self.desk.answered() => Box::pin(self.send(&answer.message())).await,
            };
            if let Err(ended) = step {
                return ended;
            }
        }
    }

    async fn deliver(&mut self, delivery: Delivery) -> Result<(), Ended> {
        match delivery {
            Delivery::Control(frame) => self.send(&frame.message()).await,
            Delivery::Run(run) => self.send(run.websocket()).await,
            Delivery::Heartbeat => self.ping().await,
            Delivery::Rest => self.send(&Bytes::new()).await,
            Delivery::Bye(reason, frame) => {
                self.send(&frame.message()).await?;
                Err(Ended::Bye(reason))
            }
        }
    }

    /// Writes whole messages past the library, which would copy them and keep the room they took;
    /// what it has to say itself, a pong, goes out before them.
    async fn send(&mut self, messages: &Bytes) -> Result<(), Ended> {
        let socket = &mut self.socket;
        let sending = async {
            socket.flush().await?;
            let outlet = socket.get_mut();
            outlet.write_all(messages).await?;
            Ok(outlet.flush().await?)
        };
        within(self.config.stall_ms, sending).await
    }

    async fn ping(&mut self) -> Result<(), Ended> {
        let pong_timeout = Duration::from_millis(self.config.pong_timeout_ms);
        if pong_timeout < self.pinged_at.get_or_insert_with(Instant::now).elapsed() {
            return Err(Ended::Silent);
        }
        let ping = Message::Ping(Bytes::new());
        within(self.config.stall_ms, self.socket.send(ping)).await
    }

    /// Pings are answered by the library with the next read or write.
    async fn received(&mut self, message: Option<Result<Message, Error>>) -> Result<(), Ended> {
        match message {
            Some(Ok(Message::Close(_))) => Err(Ended::ByClient),
            None => Err(Ended::Gone),
            Some(Ok(message)) => {
                self.pinged_at = None;
                if !self.inbound.take(Instant::now()) {
                    return Err(Ended::Flood);
                }
                // Binary messages may hold the same JSON; text is text already.
                let (Message::Text(_) | Message::Binary(_)) = message else { return Ok(()) };
                let Ok(text) = message.to_text() else { return Err(Ended::NotText) };
                match self.desk.take(text) {
                    Done::Later => Ok(()),
                    Done::Now(answer) => self.send(&answer.message()).await,
                    Done::Refreshed(identity, answer) => {
                        self.source.renew(&identity);
                        self.send(&answer.message()).await
                    }
                }
            }
            Some(Err(error)) => Err(of_error(&error)),
        }
    }

    /// Says goodbye and waits, within bounds, for the client to say it too: a connection that is
    /// reset at once may lose what was sent last.
    async fn say_goodbye(&mut self, ended: Ended) {
        let socket = &mut self.socket;
        let goodbye = async {
            if let Some((code, reason)) = ended.close() {
                let reason = Utf8Bytes::from_static(reason);
                if socket.close(Some(CloseFrame { code, reason })).await.is_err() {
                    return;
                }
            } else if ended != Ended::ByClient {
                return;
            }
            // Also sends the answer to the client's own close.
            while let Some(Ok(_)) = socket.next().await {}
        };
        timeout(Duration::from_millis(self.config.close_ms), goodbye).await.ok();
    }
}

async fn within(
    stall_ms: u64,
    sending: impl Future<Output = Result<(), Error>>,
) -> Result<(), Ended> {
    match timeout(Duration::from_millis(stall_ms), sending).await {
        Ok(sent) => sent.map_err(|error| of_error(&error)),
        Err(_elapsed) => Err(Ended::Stalled),
    }
}

/// What an error of the library ends with.
pub(crate) fn of_error(error: &Error) -> Ended {
    match error {
        Error::Capacity(_) => Ended::TooLarge,
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => Ended::Gone,
        Error::Protocol(_) => Ended::BrokenProtocol,
        Error::Utf8(_) => Ended::NotText,
        _ => Ended::Gone,
    }
}
