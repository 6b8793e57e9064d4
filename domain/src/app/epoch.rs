//! A sequencer took over. Written by the sequencer itself, not by a command.

use serde::{Deserialize, Serialize};

/// From here on this leader writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochStarted {
    /// One more than the epoch before.
    pub epoch: u64,
    /// Which instance leads.
    pub leader: String,
}
