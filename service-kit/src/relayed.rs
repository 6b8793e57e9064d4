//! Commands that came in over a stream: the query-service relays them to any command-service, with
//! the token of whoever sent them, which is believed there and not on the way.

use domain::ids::{AppId, RoomId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One command, as the client sent it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Relayed {
    /// The app of the stream.
    pub app: AppId,
    /// The room of the stream.
    pub room_id: RoomId,
    /// Who asks.
    pub token: String,
    /// What would be the `Idempotency-Key` of a request.
    pub id: Option<String>,
    /// With its `type`; read where it is decided.
    pub command: Box<RawValue>,
}

/// What the route of the command would have answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct RelayedAnswer {
    /// The status.
    pub status: u16,
    /// The body of the success or the problem.
    pub body: Box<RawValue>,
}
