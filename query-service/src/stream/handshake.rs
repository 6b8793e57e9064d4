//! The opening of a WebSocket (RFC 6455, 4.2), by hand: warp's own hides the read buffer, which then
//! costs 137 kB a connection and 30 µs a delivery.

use std::convert::Infallible;
use std::sync::Arc;

use service_kit::auth::credentials;
use service_kit::clock;
use service_kit::http::Socket;
use service_kit::http::cors::check_websocket;
use service_kit::problem::Problem;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use warp::Filter;
use warp::http::header::{
    CONNECTION, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

use crate::problems::upgrade_required;
use crate::service::Service;
use crate::stream::head::head;

/// What we speak. A client that offers protocols must offer this one, beside its `bearer.<token>`.
pub(crate) const SUBPROTOCOL: &str = "matinee.v1";

/// A request that asks for a WebSocket.
pub(crate) struct Upgrade {
    socket: Socket,
    /// What else the request said.
    pub(crate) headers: HeaderMap,
    /// The token, unless it came as a cookie.
    pub(crate) token: Option<Arc<str>>,
    /// 101 Switching Protocols.
    answer: Response,
}

/// The connection of a handshake that was accepted.
pub(crate) struct Opening {
    pub(crate) socket: Socket,
    /// To be written before anything else.
    pub(crate) head: Vec<u8>,
}

impl Upgrade {
    /// Refuses a page of an origin that may not open it.
    pub(crate) fn check_origin(&self, service: &Service) -> Result<(), Problem> {
        let origins = &service.config().http.cors_origins;
        check_websocket(origins, &self.headers, self.token.is_some())
    }

    /// Takes the connection over: a client sends no frame before it has the answer (RFC 6455, 4.1),
    /// so nothing of it waits in hyper's buffers. The answer that comes with it is only counted.
    pub(crate) fn accept(self) -> Result<(Opening, Response), Problem> {
        if !self.socket.take_over() {
            let detail = "an earlier answer on this connection waits to be read";
            return Err(upgrade_required().detail(detail));
        }
        let head = head(self.answer.status(), self.answer.headers(), clock::now());
        Ok((Opening { socket: self.socket, head }, self.answer))
    }
}

/// The handshake of a request, or why there is none.
pub(crate) fn upgrade()
-> impl Filter<Extract = (Result<Upgrade, Problem>,), Error = Infallible> + Clone {
    let headers = warp::header::headers_cloned();
    headers.and(warp::ext::optional::<Socket>()).map(
        |headers: HeaderMap, socket: Option<Socket>| {
            let answer = answer(&headers)?;
            let socket = socket.ok_or_else(upgrade_required)?;
            // As for a request that changes something: a cookie does not count.
            let token = credentials::token(&Method::POST, &headers).ok().map(Arc::from);
            Ok(Upgrade { socket, headers, token, answer })
        },
    )
}

fn answer(headers: &HeaderMap) -> Result<Response, Problem> {
    let asks = lists(headers, CONNECTION, "upgrade") && lists(headers, UPGRADE, "websocket");
    let version = headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|key| is_key(key.as_bytes()));
    let (true, true, Some(key)) = (asks, version, key) else { return Err(upgrade_required()) };
    let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes()));
    // Base64 is always a header value.
    let accept = accept.map_err(|_not_text| Problem::internal())?;

    let mut response = Response::new("".into());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let answers = response.headers_mut();
    answers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    answers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    answers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    if headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
        if !lists(headers, SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL) {
            let detail = format!("the only subprotocol here is `{SUBPROTOCOL}`");
            return Err(upgrade_required().detail(detail));
        }
        answers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    Ok(response)
}

/// Whether a comma-separated header has an entry.
fn lists(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    let mut entries = values.flat_map(|value| value.split(','));
    entries.any(|entry| entry.trim().eq_ignore_ascii_case(wanted))
}

/// 16 bytes in base64.
fn is_key(key: &[u8]) -> bool {
    let (text, end) = key.split_at(key.len().saturating_sub(2));
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    key.len() == 24 && end == b"==" && text.iter().all(base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(changes: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        let key = HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ==");
        headers.insert(SEC_WEBSOCKET_KEY, key);
        for (name, value) in changes {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_example_of_the_standard_is_answered_as_there() {
        let answer = answer(&request(&[])).unwrap();
        assert_eq!(answer.headers()[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert!(!answer.headers().contains_key(SEC_WEBSOCKET_PROTOCOL));
    }

    #[test]
    fn of_the_offered_protocols_ours_is_chosen_and_the_token_is_not_echoed() {
        let offered = request(&[(SEC_WEBSOCKET_PROTOCOL, "bearer.abc, matinee.v1")]);
        assert_eq!(answer(&offered).unwrap().headers()[SEC_WEBSOCKET_PROTOCOL], SUBPROTOCOL);
        let foreign = request(&[(SEC_WEBSOCKET_PROTOCOL, "bearer.abc")]);
        assert_eq!(answer(&foreign).unwrap_err().code(), "upgrade_required");
    }

    #[test]
    fn what_is_no_handshake_is_told_what_would_be() {
        for change in [
            (CONNECTION, "keep-alive"),
            (UPGRADE, "h2c"),
            (SEC_WEBSOCKET_VERSION, "8"),
            (SEC_WEBSOCKET_KEY, "short"),
            (SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=x"),
        ] {
            assert_eq!(answer(&request(&[change])).unwrap_err().code(), "upgrade_required");
        }
    }
}
