//! Request bodies: limited while they are read, in size and in time, and strict.

use std::future::ready;
use std::pin::pin;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use warp::http::StatusCode;
use warp::{Filter, Rejection};

use crate::problem::Problem;
use crate::rejections::reject;

/// How long a body may take; in the extensions of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyTimeout(pub(crate) Duration);

/// Where nobody set a [`BodyTimeout`], as in tests without a listener.
const BODY_TIMEOUT: BodyTimeout = BodyTimeout(Duration::from_secs(30));

/// How much of a body that is too large is still read, so that a client that overdid it a little
/// gets its answer; one that overdid it by more finds the connection closed.
const DISCARD_BYTES_MAX: usize = 256 * 1024;

/// A JSON object of at most `bytes_max` bytes. Which fields it may have is up to `T`
/// (`deny_unknown_fields`).
pub fn json_body<T: DeserializeOwned + Send + 'static>(
    bytes_max: usize,
) -> impl Filter<Extract = (T,), Error = Rejection> + Clone {
    limited_body(bytes_max, "application/json")
        .and_then(|body: Bytes| ready(parse_json(&body).map_err(reject)))
}

/// Like [`json_body`], but no body at all is the default of `T`.
pub fn json_body_or_default<T: DeserializeOwned + Default + Send + 'static>(
    bytes_max: usize,
) -> impl Filter<Extract = (T,), Error = Rejection> + Clone {
    limited_body(bytes_max, "application/json").and_then(|body: Bytes| {
        let parsed = if body.is_empty() { Ok(T::default()) } else { parse_json(&body) };
        ready(parsed.map_err(reject))
    })
}

/// A body of at most `bytes_max` bytes. Its media type must be `media_type` or missing: some servers
/// send none.
pub fn limited_body(
    bytes_max: usize,
    media_type: &'static str,
) -> impl Filter<Extract = (Bytes,), Error = Rejection> + Clone {
    warp::header::optional::<String>("content-type")
        .and_then(move |content_type: Option<String>| {
            let fits = content_type.is_none_or(|found| is_media_type(&found, media_type));
            ready(if fits { Ok(()) } else { Err(reject(unsupported_media_type())) })
        })
        .untuple_one()
        .and(warp::ext::optional::<BodyTimeout>())
        .and(warp::body::stream())
        .and_then(move |timeout: Option<BodyTimeout>, body| async move {
            let BodyTimeout(limit) = timeout.unwrap_or(BODY_TIMEOUT);
            let read = tokio::time::timeout(limit, read(body, bytes_max)).await;
            read.unwrap_or_else(|_| Err(too_slow())).map_err(reject)
        })
}

/// Reads JSON as a filter does; for lines of a batch.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // Text that the parser skips would not be checked by it.
    let text = std::str::from_utf8(body)
        .map_err(|_utf8| malformed_json().detail("the body is not UTF-8"))?;
    // serde takes an array for a struct, field by field in their order; no caller means that.
    let is_object = text.trim_ascii_start().starts_with('{');
    let error = match serde_json::from_str(text) {
        Ok(value) if is_object => return Ok(value),
        Ok(_) => return Err(invalid_body().detail("the body is not an object")),
        Err(error) => error,
    };
    if error.classify() != Category::Data {
        return Err(malformed_json().detail(error.to_string()));
    }
    // The parser stops at the first misfit; what comes after it may not even be JSON.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(malformed_json().detail(error.to_string()));
    }
    let detail = error.to_string();
    let problem = if detail.starts_with("unknown field") {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Problem::new(status, "unknown_field", "Unknown field in the body")
    } else {
        invalid_body()
    };
    Err(problem.detail(detail))
}

async fn read<B: Buf, E>(
    body: impl Stream<Item = Result<B, E>> + Send,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    let mut discarded = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_cut| incomplete())?;
        if discarded == 0 && chunk.remaining() <= bytes_max - bytes.len() {
            bytes.extend_from_slice(chunk.chunk());
            continue;
        }
        discarded += chunk.remaining();
        if DISCARD_BYTES_MAX < discarded {
            break;
        }
    }
    if discarded == 0 { Ok(bytes.freeze()) } else { Err(too_large()) }
}

fn is_media_type(content_type: &str, media_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(media_type)
}

fn invalid_body() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", "Body does not fit")
}

fn malformed_json() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", "Body is not JSON")
}

fn incomplete() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "body_incomplete", "Body ended early")
}

fn too_slow() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "Body took too long")
}

pub(crate) fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Body too large")
}

pub(crate) fn unsupported_media_type() -> Problem {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Problem::new(status, "unsupported_media_type", "Unsupported media type")
}
