//! The description of this service: what all questions have in common.

use serde_json::Value;
use service_kit::openapi::Operation;

use crate::routes;

/// The whole document.
pub fn document() -> Value {
    service_kit::openapi::document("Matinee: streams", routes::operations())
}

/// A question below the app.
pub(crate) fn question(path: &str, summary: &'static str) -> Operation {
    Operation::new("get", path, summary).problems(&[(404, "streams_not_configured")])
}
