//! What this process is called in leases and epochs.

use crate::clock;

/// Unique, and readable for whoever looks at the log.
pub fn instance_name() -> String {
    format!("{}-{}", std::process::id(), clock::new_command_id())
}
