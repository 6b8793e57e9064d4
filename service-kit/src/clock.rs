//! The only place that reads a clock. The domain and the signer get the time as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::ids::CommandId;
use domain::timestamp::Timestamp;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The time of this machine.
#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
pub fn now() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

/// A new command id: a `UUIDv7` of this moment.
#[expect(clippy::expect_used, reason = "`Uuid::now_v7` makes version 7 by its contract")]
pub fn new_command_id() -> CommandId {
    CommandId::try_from(Uuid::now_v7()).expect("a UUIDv7 is a command id")
}

/// A command id that follows from what the command is about: whoever makes it, and however often,
/// makes the same one. A `UUIDv7` of that moment; nothing if the moment is outside of what it can say.
pub fn command_id_of(at: Timestamp, facts: &str) -> Option<CommandId> {
    let digest = Sha256::digest(facts);
    let mut bits = [0; 10];
    bits.copy_from_slice(&digest[..10]);
    let ms = at.0.max(0).unsigned_abs();
    CommandId::try_from(Builder::from_unix_timestamp_millis(ms, &bits).into_uuid()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_command_id_carries_the_time_of_the_clock() {
        let before = now().0;
        let id = new_command_id();
        let after = now().0;

        assert!(before <= id.unix_ms() && id.unix_ms() <= after);
    }
}
