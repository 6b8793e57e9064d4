//! One method of one path: what it takes, and all that it may answer.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::SchemaGenerator;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::problems;

/// Makes the schema of a type.
type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// A description that grows; [`super::document`] puts it into the document.
#[derive(Debug)]
pub struct Operation {
    method: &'static str,
    path: String,
    summary: &'static str,
    name: &'static str,
    parameters: Vec<Value>,
    body: Option<Body>,
    answers: BTreeMap<u16, (&'static str, Option<MakeSchema>)>,
    problems: BTreeMap<u16, BTreeSet<&'static str>>,
}

#[derive(Debug)]
struct Body {
    media_type: &'static str,
    required: bool,
    schema: MakeSchema,
    limits: Vec<(&'static str, &'static str, u64)>,
}

impl Operation {
    /// `path` is below `/v1/apps/{app}`. It has the problems that every authenticated route has.
    pub fn new(method: &'static str, path: &str, summary: &'static str) -> Self {
        let operation = Self::at(method, format!("/v1/apps/{{app}}{path}"), summary);
        if path.contains("{room_id}") { operation.problems(problems::IN_ROOMS) } else { operation }
    }

    /// For operators: `path` is below `/v1/apps`.
    pub fn for_operators(method: &'static str, path: &str, summary: &'static str) -> Self {
        Self::at(method, format!("/v1/apps{path}"), summary).problems(problems::FOR_OPERATORS)
    }

    fn at(method: &'static str, path: String, summary: &'static str) -> Self {
        let operation = Self {
            method,
            path,
            summary,
            name: "",
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
            problems: BTreeMap::new(),
        };
        operation.problems(problems::ALWAYS)
    }

    /// The whole path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// In lower case.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// What it is called: the name of its file.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Takes a JSON object.
    #[must_use]
    pub fn body<T: JsonSchema>(self) -> Self {
        self.body_of::<T>("application/json", true)
    }

    /// Takes a JSON object, or nothing.
    #[must_use]
    pub fn optional_body<T: JsonSchema>(self) -> Self {
        self.body_of::<T>("application/json", false)
    }

    /// Takes a body of this media type.
    #[must_use]
    pub fn body_of<T: JsonSchema>(mut self, media_type: &'static str, required: bool) -> Self {
        let schema = T::json_schema;
        self.body = Some(Body { media_type, required, schema, limits: Vec::new() });
        self.problems(problems::OF_BODIES)
    }

    /// A text of the body has at most so many bytes.
    #[must_use]
    pub fn bytes_max(self, field: &'static str, max: u32) -> Self {
        self.limit(field, "maxLength", max.into())
    }

    /// A number of the body lies in this range.
    #[must_use]
    pub fn range(self, field: &'static str, min: u64, max: u64) -> Self {
        self.limit(field, "minimum", min).limit(field, "maximum", max)
    }

    /// A list of the body has at most so many items.
    #[must_use]
    pub fn items_max(self, field: &'static str, max: u32) -> Self {
        self.limit(field, "maxItems", max.into())
    }

    fn limit(mut self, field: &'static str, keyword: &'static str, value: u64) -> Self {
        debug_assert!(self.body.is_some(), "`{field}` is a field of no body");
        if let Some(body) = &mut self.body {
            body.limits.push((field, keyword, value));
        }
        self
    }

    /// A header or a query parameter.
    #[must_use]
    pub fn parameter(mut self, place: &str, name: &str, required: bool, schema: Value) -> Self {
        let parameter =
            json!({ "name": name, "in": place, "required": required, "schema": schema });
        self.parameters.push(parameter);
        self
    }

    /// A query parameter that is a whole number.
    #[must_use]
    pub fn number(self, name: &str) -> Self {
        let schema = json!({ "type": "integer", "minimum": 0, "format": "uint64" });
        self.parameter("query", name, false, schema)
    }

    /// Answers with nothing but a status.
    #[must_use]
    pub fn without_body(self, status: u16) -> Self {
        self.answer_of(status, "", None)
    }

    /// Answers with JSON.
    #[must_use]
    pub fn answer<T: JsonSchema>(self, status: u16) -> Self {
        self.answer_of(status, "application/json", Some(T::json_schema))
    }

    /// Answers with a media type; without a schema the body is text.
    #[must_use]
    pub fn answer_of(
        mut self,
        status: u16,
        media_type: &'static str,
        schema: Option<MakeSchema>,
    ) -> Self {
        self.answers.insert(status, (media_type, schema));
        self
    }

    /// May answer with these problems: status and code.
    #[must_use]
    pub fn problems(mut self, more: impl IntoIterator<Item = impl Into<Problem>>) -> Self {
        for Problem(status, code) in more.into_iter().map(Into::into) {
            self.problems.entry(status).or_default().insert(code);
        }
        self
    }

    pub(super) fn describe(self, schemas: &mut SchemaGenerator) -> Value {
        let mut responses = Map::new();
        for (status, (media_type, schema)) in self.answers {
            let schema = match schema {
                Some(make) => make(schemas).to_value(),
                None => json!({ "type": "string" }),
            };
            let mut response = json!({ "description": "Done." });
            if !media_type.is_empty() {
                response["content"] = json!({ media_type: { "schema": schema } });
            }
            responses.insert(status.to_string(), response);
        }
        for (status, codes) in self.problems {
            responses.insert(status.to_string(), problems::response(&codes));
        }
        let mut operation = json!({
            "operationId": self.name,
            "summary": self.summary,
            "parameters": self.parameters,
            "responses": responses,
        });
        if let Some(body) = self.body {
            operation["requestBody"] = body.describe(schemas);
        }
        operation
    }
}

impl Body {
    fn describe(self, schemas: &mut SchemaGenerator) -> Value {
        let mut schema = (self.schema)(schemas).to_value();
        for (field, keyword, value) in self.limits {
            let property = &mut schema["properties"][field];
            debug_assert!(property.is_object(), "`{field}` is no field of {schema}");
            property[keyword] = value.into();
        }
        let content = json!({ self.media_type: { "schema": schema } });
        json!({ "required": self.required, "content": content })
    }
}

/// The status and the code of a problem.
#[derive(Debug, Clone, Copy)]
pub struct Problem(pub u16, pub &'static str);

impl From<&(u16, &'static str)> for Problem {
    fn from(&(status, code): &(u16, &'static str)) -> Self {
        Self(status, code)
    }
}
