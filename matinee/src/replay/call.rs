//! One call of the command API, not yet sent.

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
}
