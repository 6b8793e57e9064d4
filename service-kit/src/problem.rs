//! Every refusal as an RFC 9457 problem document. `type` is `/problems/<code>`, a section of
//! `docs/problems.md`; clients act on it, people read `title` and `detail`.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use warp::http::{HeaderName, HeaderValue, StatusCode};
use warp::reply::{Reply, Response};

/// Longest `detail` in characters: an answer never echoes a large input.
const DETAIL_CHARS_MAX: usize = 300;

/// Members that RFC 9457 defines; an extension cannot take their names.
const RESERVED: [&str; 5] = ["type", "title", "status", "detail", "instance"];

/// Why a request was refused, as the caller sees it. The only error type of a handler.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem(Box<Content>);

#[derive(Debug, Clone, PartialEq)]
struct Content {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Option<String>,
    extensions: Map<String, Value>,
    retry_after_s: Option<u32>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem; `title` is fixed for a `code`, which is a section of `docs/problems.md`.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self(Box::new(Content {
            status,
            code,
            title,
            detail: None,
            extensions: Map::new(),
            retry_after_s: None,
            headers: Vec::new(),
        }))
    }

    /// A bug of ours. No detail leaves the process: log the cause where this is made.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error")
    }

    /// What is special about this occurrence. Must be safe to show; a long text is cut.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(shorten(detail.into()));
        self
    }

    /// Adds a member that a client may act on. The names of RFC 9457 itself are left alone.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Serialize) -> Self {
        debug_assert!(!RESERVED.contains(&key), "`{key}` belongs to RFC 9457");
        if !RESERVED.contains(&key)
            && let Ok(value) = serde_json::to_value(value)
        {
            self.0.extensions.insert(key.to_owned(), value);
        }
        self
    }

    /// When to try again: the header `Retry-After` and the member `retry_after_s`.
    #[must_use]
    pub fn retry_after_s(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// Adds a header to the answer, for instance `Allow`.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The last part of `type`.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The document, for answers that hold several of them, such as a line of a batch.
    pub fn to_json(&self) -> Value {
        let content = &*self.0;
        let mut document = Map::new();
        document.insert("type".to_owned(), Value::from(format!("/problems/{}", content.code)));
        document.insert("title".to_owned(), Value::from(content.title));
        document.insert("status".to_owned(), Value::from(content.status.as_u16()));
        if let Some(detail) = &content.detail {
            document.insert("detail".to_owned(), Value::from(detail.as_str()));
        }
        if let Some(seconds) = content.retry_after_s {
            document.insert("retry_after_s".to_owned(), Value::from(seconds));
        }
        document.extend(content.extensions.clone());
        Value::Object(document)
    }
}

impl Reply for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.to_json().to_string().into());
        *response.status_mut() = self.0.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        headers.extend(self.0.headers);
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.code)
    }
}

fn shorten(text: String) -> String {
    match text.char_indices().nth(DETAIL_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_is_a_document_with_its_headers() {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_fast", "Too fast")
            .detail("one message in 5 s")
            .with("limit", 5)
            .retry_after_s(3);

        assert_eq!(
            problem.to_json(),
            json!({
                "type": "/problems/too_fast",
                "title": "Too fast",
                "status": 429,
                "detail": "one message in 5 s",
                "limit": 5,
                "retry_after_s": 3,
            })
        );
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[RETRY_AFTER], "3");
    }

    #[test]
    fn a_long_detail_is_cut_at_a_character() {
        let at_limit = "é".repeat(DETAIL_CHARS_MAX);
        let problem = Problem::internal().detail(at_limit.clone());
        assert_eq!(problem.to_json()["detail"], json!(at_limit));

        let problem = Problem::internal().detail("é".repeat(DETAIL_CHARS_MAX + 1));
        assert_eq!(problem.to_json()["detail"], json!(format!("{at_limit}…")));
    }
}
