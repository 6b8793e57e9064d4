//! The only place that reads a clock. The domain and the signer get the time as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::ids::CommandId;
use domain::timestamp::Timestamp;
use uuid::Uuid;

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
