//! Where a request carries its token: `Authorization: Bearer`, for a WebSocket the subprotocol
//! `bearer.<token>` beside `matinee.v1`, for reading the cookie `matinee_token`. Never a query
//! parameter, which ends in logs and histories.

use domain::ids::UserId;
use percent_encoding::percent_decode_str;
use warp::http::header::{AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use warp::http::{HeaderMap, Method};

use super::AuthError;

/// The header with the user whom the client takes itself for; percent-encoded, optional. Tencent's
/// clients send it beside their `UserSig`.
pub const IDENTIFIER: &str = "matinee-identifier";

/// The name of the cookie.
pub const COOKIE_NAME: &str = "matinee_token";

/// What stands before the token in `Sec-WebSocket-Protocol`.
pub const SUBPROTOCOL_PREFIX: &str = "bearer.";

/// The token of a request. The first place that has something decides.
pub fn token<'a>(method: &Method, headers: &'a HeaderMap) -> Result<&'a str, AuthError> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let text = value.to_str().map_err(malformed)?;
        let (scheme, token) = text.split_once(' ').ok_or(AuthError::Malformed)?;
        let bearer = scheme.eq_ignore_ascii_case("bearer");
        return if bearer { Ok(token.trim()) } else { Err(AuthError::Malformed) };
    }
    if headers.contains_key(UPGRADE)
        && let Some(token) = subprotocol(headers)
    {
        return Ok(token);
    }
    // A browser sends a cookie along without being asked, also to a form of somebody else's: it may
    // read, never change.
    if (method == Method::GET || method == Method::HEAD)
        && let Some(token) = cookie(headers)
    {
        return Ok(token);
    }
    Err(AuthError::Missing)
}

/// Refuses the token of somebody else than the request says.
pub(super) fn check_identifier(headers: &HeaderMap, user: &UserId) -> Result<(), AuthError> {
    let Some(value) = headers.get(IDENTIFIER) else { return Ok(()) };
    let text = value.to_str().ok().and_then(|text| percent_decode_str(text).decode_utf8().ok());
    let is_theirs = text.is_some_and(|text| text == user.as_str());
    if is_theirs { Ok(()) } else { Err(AuthError::OtherUser) }
}

fn subprotocol(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .find_map(|protocol| protocol.trim().strip_prefix(SUBPROTOCOL_PREFIX))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(COOKIE).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE_NAME).then_some(value))
}

fn malformed(_: warp::http::header::ToStrError) -> AuthError {
    AuthError::Malformed
}
