//! Which pages of other origins may ask (the Fetch standard, "CORS protocol"). Done for all answers in
//! one place, refusals included: a page that may not read a refusal cannot act on it.
//!
//! A page from `*` may ask with a token in a header, never with a cookie. A WebSocket is not bound by
//! CORS, so [`check_websocket`] looks at its `Origin` when it opens.

use serde::{Deserialize, Serialize};
use warp::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN, VARY,
};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

use crate::problem::Problem;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, DELETE");

/// What our routes read that a browser does not send unasked.
const HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, last-event-id, matinee-identifier, \
     matinee-on-behalf-of",
);

/// What a page may read besides the body.
const EXPOSED: HeaderValue = HeaderValue::from_static("retry-after");

/// Seconds for which a browser need not ask again. More than two hours no browser heeds.
const MAX_AGE_S: HeaderValue = HeaderValue::from_static("7200");

/// Any origin.
const ANY: &str = "*";

/// `https://shop.example`, `http://localhost:3000`, or `*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(HeaderValue);

/// Not what a browser sends as `Origin`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no origin: a scheme, a host in lower case and perhaps a port, nothing after it")]
pub struct NotAnOrigin(String);

impl TryFrom<String> for Origin {
    type Error = NotAnOrigin;

    fn try_from(text: String) -> Result<Self, NotAnOrigin> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".:-[]".contains(c);
        let is_host = |host: &str| !host.is_empty() && host.chars().all(allowed);
        let fits = text == ANY || text.split_once("://").is_some_and(|(_, host)| is_host(host));
        match HeaderValue::try_from(&text) {
            Ok(value) if fits => Ok(Self(value)),
            Ok(_) | Err(_) => Err(NotAnOrigin(text)),
        }
    }
}

impl From<Origin> for String {
    fn from(Origin(value): Origin) -> Self {
        value.to_str().unwrap_or_default().to_owned()
    }
}

/// What an answer to a page says; in the extensions of its request, for a route that writes its answer
/// by itself.
#[derive(Debug, Clone, Default)]
pub struct CorsHeaders(pub HeaderMap);

/// The headers of an answer; none where nobody is allowed.
pub(super) fn headers(origins: &[Origin], request: &HeaderMap) -> CorsHeaders {
    let mut headers = HeaderMap::new();
    if origins.is_empty() {
        return CorsHeaders(headers);
    }
    // Also to others: a cache must not give one page what was meant for another.
    headers.insert(VARY, HeaderValue::from_name(ORIGIN));
    let Some(origin) = request.get(ORIGIN) else { return CorsHeaders(headers) };
    if lists(origins, origin) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let yes = HeaderValue::from_static("true");
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
    } else if allows_any(origins) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(ANY));
    } else {
        return CorsHeaders(headers);
    }
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    CorsHeaders(headers)
}

/// The answer to the question whether a page may ask, if this is one and it may.
pub(super) fn preflight(
    method: &Method,
    request: &HeaderMap,
    CorsHeaders(headers): &CorsHeaders,
) -> Option<Response> {
    let asks = *method == Method::OPTIONS && request.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !asks || !headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        return None;
    }
    let mut response = Response::new("".into());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let answers = response.headers_mut();
    answers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    answers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    answers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
    Some(response)
}

/// Refuses a WebSocket of a page that is not allowed. Without a list a page must bring a token of its
/// own: a cookie would be sent along for whichever page.
pub fn check_websocket(
    origins: &[Origin],
    request: &HeaderMap,
    has_token: bool,
) -> Result<(), Problem> {
    // Only browsers send it.
    let Some(origin) = request.get(ORIGIN) else { return Ok(()) };
    let may_any = has_token && (origins.is_empty() || allows_any(origins));
    if may_any || lists(origins, origin) || is_same_host(origin, request) {
        return Ok(());
    }
    let status = StatusCode::FORBIDDEN;
    Err(Problem::new(status, "origin_not_allowed", "Origin not allowed"))
}

fn lists(origins: &[Origin], origin: &HeaderValue) -> bool {
    origins.iter().any(|Origin(allowed)| allowed == origin && allowed != ANY)
}

fn allows_any(origins: &[Origin]) -> bool {
    origins.iter().any(|Origin(allowed)| allowed == ANY)
}

fn is_same_host(origin: &HeaderValue, request: &HeaderMap) -> bool {
    let host = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    let asked = request.get(HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(|(_, host)| Some(host) == asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(texts: &[&str]) -> Vec<Origin> {
        texts.iter().map(|text| Origin::try_from((*text).to_owned()).unwrap()).collect()
    }

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        let good = ["*", "https://shop.example", "http://localhost:3000", "http://[::1]:80"];
        origins(&good);
        for bad in
            ["", "shop.example", "https://", "https://a/", "https://A", "https://a b", "null"]
        {
            assert!(Origin::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_websocket_opens_for_allowed_pages_and_for_none_with_a_strange_cookie() {
        let request = |origin: &'static str| {
            HeaderMap::from_iter([
                (HOST, HeaderValue::from_static("live.example")),
                (ORIGIN, HeaderValue::from_static(origin)),
            ])
        };
        let shop = "https://shop.example";
        for (list, origin, has_token, opens) in [
            (&[][..], shop, true, true),
            (&[][..], shop, false, false),
            (&[][..], "https://live.example", false, true),
            (&[shop][..], shop, false, true),
            (&[shop][..], "https://evil.example", true, false),
            (&[shop][..], "https://live.example", false, true),
            (&["*"][..], shop, true, true),
            (&["*"][..], shop, false, false),
            (&[shop][..], "null", true, false),
        ] {
            let checked = check_websocket(&origins(list), &request(origin), has_token);
            assert_eq!(checked.is_ok(), opens, "{list:?} {origin} {has_token}");
        }
        assert!(check_websocket(&origins(&[shop]), &HeaderMap::new(), false).is_ok());
    }
}
