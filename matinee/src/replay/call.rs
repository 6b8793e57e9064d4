//! One call of the command API, not yet sent.

use std::collections::HashMap;

use domain::ids::UserId;
use reqwest::Method;
use serde_json::Value;

/// Who makes the call, and so with which token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The merchant's server.
    Admin,
    /// The merchant's server in the name of somebody.
    AdminFor(UserId),
    /// The host of the room.
    Host(UserId),
    /// Somebody who watches.
    Viewer(UserId),
}

/// Method, path below the app, body.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Who.
    pub caller: Caller,
    /// How.
    pub method: Method,
    /// Where, in segments that are not yet escaped.
    pub path: Vec<String>,
    /// With what.
    pub body: Option<Value>,
}

impl Call {
    /// A call with a body.
    pub fn new(caller: Caller, method: Method, path: &[&str], body: Value) -> Self {
        let path = path.iter().map(|segment| (*segment).to_owned()).collect();
        Self { caller, method, path, body: Some(body) }
    }

    /// The same call with this body.
    #[must_use]
    pub fn with(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// A call without.
    pub fn bare(caller: Caller, method: Method, path: &[&str]) -> Self {
        let path = path.iter().map(|segment| (*segment).to_owned()).collect();
        Self { caller, method, path, body: None }
    }

    /// The same call with the numbers that earlier calls were answered with, in place of their names.
    #[must_use]
    pub fn filled(&self, names: &HashMap<String, u64>) -> Self {
        let number_of = |text: &str| {
            let name = text.strip_prefix('{')?.strip_suffix('}')?;
            names.get(name).copied()
        };
        let mut call = self.clone();
        for segment in &mut call.path {
            if let Some(number) = number_of(segment) {
                *segment = number.to_string();
            }
        }
        for value in call.body.iter_mut().filter_map(Value::as_object_mut).flatten() {
            if let Some(number) = value.1.as_str().and_then(number_of) {
                *value.1 = number.into();
            }
        }
        call
    }
}
