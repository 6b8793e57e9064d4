//! `GET /openapi.json`: what a service answers, as `OpenAPI` 3.1, made from the code.
//!
//! Each route file describes its own [`Operation`]; bodies have the schemas of the types that are
//! parsed. [`document`] puts them together, [`route`] serves them.

pub mod operation;
pub mod problems;

use bytes::Bytes;
use domain::ids::{AppId, GiftId, ProductId, RoomId, UserId};
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::HeaderValue;
use warp::http::header::CONTENT_TYPE;
use warp::reply::Response;

pub use self::operation::Operation;

/// The whole document.
pub fn document(title: &str, operations: impl IntoIterator<Item = Operation>) -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for operation in operations {
        let (path, method) = (operation.path().to_owned(), operation.method());
        let described = operation.describe(&mut schemas);
        let item = paths.entry(path.clone()).or_insert_with(|| path_item(&path, &mut schemas));
        item[method] = described;
    }
    let mut definitions = schemas.take_definitions(true);
    definitions.insert("Problem".to_owned(), problems::schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Problem types are explained in docs/problems.md.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            },
            "schemas": definitions,
        },
    })
}

/// `GET /openapi.json`, for everybody: what it says is no secret.
pub fn route(document: &Value) -> BoxedFilter<(Response,)> {
    let document = Bytes::from(document.to_string());
    let answer = move || {
        let mut response = Response::new(document.clone().into());
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    };
    warp::path("openapi.json").and(warp::path::end()).and(crate::http::get()).map(answer).boxed()
}

/// A path with its parameters.
fn path_item(path: &str, schemas: &mut SchemaGenerator) -> Value {
    let names = path.split(['{', '}']).skip(1).step_by(2);
    let parameters = names.map(
        |name| json!({ "name": name, "in": "path", "required": true, "schema": id(name, schemas) }),
    );
    json!({ "parameters": parameters.collect::<Vec<_>>() })
}

/// The schema of an id of a path. What is not known here may be any text.
fn id(name: &str, schemas: &mut SchemaGenerator) -> Schema {
    match name {
        "app" => schemas.subschema_for::<AppId>(),
        "room_id" => schemas.subschema_for::<RoomId>(),
        "user_id" => schemas.subschema_for::<UserId>(),
        "gift_id" => schemas.subschema_for::<GiftId>(),
        "product_id" => schemas.subschema_for::<ProductId>(),
        "room_seq" => u64::json_schema(schemas),
        _ => String::json_schema(schemas),
    }
}
