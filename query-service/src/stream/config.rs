//! The `[query.websocket]` section.

use serde::{Deserialize, Serialize};
use service_kit::config::{OutOfRange, check_range};

/// The `[query.websocket]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebSocketConfig {
    /// Read buffer of a connection. It is cleared whenever the connection is looked at, so a large
    /// one costs time as well as memory.
    pub read_buffer_bytes: usize,
    /// Largest frame and message of a client.
    pub inbound_bytes_max: usize,
    /// Frames of a client in one second.
    pub inbound_frames_per_s_max: u32,
    /// A client that does not answer a ping for this long is gone.
    pub pong_timeout_ms: u64,
    /// A client that has not taken one run of items, or one other frame, for this long is too slow.
    pub stall_ms: u64,
    /// How long a closing connection waits for the client's close.
    pub close_ms: u64,
    /// Commands of a client that wait for their answers; one more is refused.
    pub commands_in_flight_max: usize,
    /// Time for an answer of the command side.
    pub command_timeout_ms: u64,
    /// How long before its token expires a client is warned.
    pub token_warning_ms: u64,
}

impl Default for WebSocketConfig {
    fn default() -> Self {
        Self {
            read_buffer_bytes: 256,
            inbound_bytes_max: 16_384,
            inbound_frames_per_s_max: 20,
            pong_timeout_ms: 30_000,
            stall_ms: 10_000,
            close_ms: 1_000,
            commands_in_flight_max: 8,
            command_timeout_ms: 10_000,
            token_warning_ms: 30_000,
        }
    }
}

impl WebSocketConfig {
    /// Refuses limits that make no sense.
    pub(crate) fn check(&self) -> Result<(), OutOfRange> {
        let bytes = self.read_buffer_bytes;
        check_range("query.websocket.read_buffer_bytes", bytes, 128..=1 << 20)?;
        let bytes = self.inbound_bytes_max;
        check_range("query.websocket.inbound_bytes_max", bytes, 128..=1 << 20)?;
        let frames = self.inbound_frames_per_s_max;
        check_range("query.websocket.inbound_frames_per_s_max", frames, 1..=100_000)?;
        check_range("query.websocket.pong_timeout_ms", self.pong_timeout_ms, 10..=600_000)?;
        check_range("query.websocket.stall_ms", self.stall_ms, 10..=600_000)?;
        check_range("query.websocket.close_ms", self.close_ms, 0..=60_000)?;
        let commands = self.commands_in_flight_max;
        check_range("query.websocket.commands_in_flight_max", commands, 0..=1_000)?;
        let timeout_ms = self.command_timeout_ms;
        check_range("query.websocket.command_timeout_ms", timeout_ms, 10..=600_000)?;
        let warning_ms = self.token_warning_ms;
        check_range("query.websocket.token_warning_ms", warning_ms, 0..=3_600_000)
    }
}
