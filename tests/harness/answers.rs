//! What a command was answered with, as tests expect it.

use serde_json::{Value, json};

use crate::http::Answer;

/// It was accepted.
#[track_caller]
pub fn done((status, body): Answer) -> Value {
    assert_eq!(status, 201, "{body}");
    body
}

/// It was so already.
#[track_caller]
pub fn already_so((status, body): Answer) {
    assert_eq!((status.as_u16(), &body["outcome"]), (200, &json!("already_so")), "{body}");
}

/// It was refused with this.
#[track_caller]
pub fn refused((status, body): Answer, expected: u16, code: &str) -> Value {
    let kind = format!("/problems/{code}");
    assert_eq!((status.as_u16(), &body["type"]), (expected, &json!(kind)), "{body}");
    body
}
