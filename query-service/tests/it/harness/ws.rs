//! A WebSocket client.

use domain::ids::RoomId;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::Request;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{LIMIT, World};

pub(crate) struct Ws {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) protocol: Option<String>,
}

impl Ws {
    /// The next message that is not a ping.
    pub(crate) async fn next(&mut self) -> Message {
        loop {
            let message = timeout(LIMIT, self.socket.next()).await.expect("a message comes");
            match message.expect("the connection stands").unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    pub(crate) async fn text(&mut self) -> String {
        self.next().await.into_text().unwrap().to_string()
    }

    pub(crate) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).unwrap()
    }

    /// The close code and its reason, skipping what comes before.
    pub(crate) async fn close(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(Some(frame)) = self.next().await {
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    pub(crate) async fn send(&mut self, message: Message) -> Result<(), Error> {
        self.socket.send(message).await
    }
}

impl World {
    pub(crate) fn ws_request(&self, room: &RoomId, query: &str) -> Request<()> {
        self.ws_request_to(&format!("rooms/{room}/ws{query}"))
    }

    fn ws_request_to(&self, path: &str) -> Request<()> {
        self.url(path).replacen("http", "ws", 1).into_client_request().unwrap()
    }

    pub(crate) async fn ws_with(&self, room: &RoomId, query: &str, token: &str) -> Ws {
        self.ws_to(&format!("rooms/{room}/ws{query}"), token).await
    }

    /// With the token where a browser can put it.
    pub(crate) async fn ws_to(&self, path: &str, token: &str) -> Ws {
        let mut request = self.ws_request_to(path);
        let protocols = format!("matinee.v1, bearer.{token}");
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
        let (socket, response) = connect_async(request).await.unwrap();
        let protocol = response.headers().get("sec-websocket-protocol");
        let protocol = protocol.map(|value| value.to_str().unwrap().to_owned());
        Ws { socket, protocol }
    }

    pub(crate) async fn ws(&self, room: &RoomId, query: &str) -> Ws {
        self.ws_with(room, query, &self.token()).await
    }
}
