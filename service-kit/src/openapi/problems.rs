//! Problems as they are documented: those that this crate answers with, and how one looks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Of every route with a token.
pub(super) const ALWAYS: &[(u16, &str)] = &[
    (400, "invalid_header"),
    (400, "invalid_id"),
    (401, "token_bad_signature"),
    (401, "token_expired"),
    (401, "token_malformed"),
    (401, "token_missing"),
    (401, "token_not_yet_valid"),
    (401, "token_unknown_key"),
    (403, "app_disabled"),
    (403, "app_expired"),
    (403, "token_other_app"),
    (404, "app_not_found"),
    (410, "app_deleted"),
    (500, "internal"),
    (503, "connections_too_fast"),
    (503, "too_many_connections"),
    (503, "too_many_connections_of_address"),
];

/// Of every route for operators.
pub(super) const FOR_OPERATORS: &[(u16, &str)] = &[(403, "not_allowed"), (404, "no_registry")];

/// Of every route about a room.
pub(super) const IN_ROOMS: &[(u16, &str)] = &[(403, "room_not_in_token")];

/// Of every route with a body.
pub(super) const OF_BODIES: &[(u16, &str)] = &[
    (400, "body_incomplete"),
    (400, "malformed_json"),
    (408, "body_too_slow"),
    (413, "body_too_large"),
    (415, "unsupported_media_type"),
    (422, "invalid_body"),
    (422, "unknown_field"),
];

/// RFC 9457, with what we always send. Problems may have members of their own.
pub(super) fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "retry_after_s": { "type": "integer", "minimum": 0 },
        },
    })
}

/// The answer of one status.
pub(super) fn response(codes: &BTreeSet<&'static str>) -> Value {
    let types: Vec<String> = codes.iter().map(|code| format!("/problems/{code}")).collect();
    let schema = json!({
        "allOf": [
            { "$ref": "#/components/schemas/Problem" },
            { "properties": { "type": { "enum": types } } },
        ],
    });
    let codes = codes.iter().copied().collect::<Vec<_>>().join(", ");
    json!({
        "description": format!("Refused: {codes}."),
        "content": { "application/problem+json": { "schema": schema } },
    })
}
