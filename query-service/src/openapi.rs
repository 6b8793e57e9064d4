//! The description of this service. What a route takes stands in its file; here is what all
//! questions have in common.

use serde_json::Value;
use service_kit::openapi::Operation;

use crate::routes;

/// Of questions that Postgres answers.
pub(crate) const HISTORY: &[(u16, &str)] = &[(412, "not_yet"), (503, "history_unavailable")];

/// The whole document.
pub(crate) fn document() -> Value {
    service_kit::openapi::document("Matinee: questions", routes::operations())
}

/// A question below the app.
pub(crate) fn question(path: &str, summary: &'static str) -> Operation {
    let operation = Operation::new("get", path, summary);
    let refused = &[(400, "invalid_query"), (403, "admin_not_listed"), (503, "catching_up")];
    let operation = operation.problems(refused);
    if path.contains("{room_id}") { operation.problems(&[(403, "banned")]) } else { operation }
}

/// Answers that are joined as text, and so are no type.
pub(crate) mod schemas {
    use crate::presence::board::Online;
    use domain::view::room_view::RoomView;
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde_json::{Value, json};

    /// A page of the feed.
    pub(crate) fn page(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "required": ["items", "next", "log_seq"],
            "properties": {
                "items": { "type": "array", "items": item() },
                "next": { "type": ["integer", "null"] },
                "log_seq": { "type": "integer" },
            },
        })
    }

    /// A room with its newest items.
    pub(crate) fn room(schemas: &mut SchemaGenerator) -> Schema {
        let mut room = RoomView::json_schema(schemas).to_value();
        room["properties"]["recent"] = json!({ "type": "array", "items": item() });
        room["properties"]["recent_complete"] = json!({ "type": "boolean" });
        room["properties"]["catalogue_version"] = json!({ "type": "integer" });
        room["properties"]["broadcast_seq"] = json!({ "type": "integer" });
        room["properties"]["online"] = Online::json_schema(schemas).to_value();
        room["properties"]["log_seq"] = json!({ "type": "integer" });
        Schema::try_from(room).unwrap_or_default()
    }

    fn item() -> Value {
        json!({
            "type": "object",
            "required": ["type", "room_seq", "id", "at", "priority", "user_id", "nick", "data"],
            "properties": {
                "type": { "type": "string" },
                "room_seq": { "type": "integer" },
                "at": { "type": "integer" },
                "data": { "type": "object" },
            },
        })
    }
}
