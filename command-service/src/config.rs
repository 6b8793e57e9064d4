//! `[command]`: the settings of the command side.

use domain::limits::Limits;
use serde::{Deserialize, Serialize};
use service_kit::http::HttpConfig;

use crate::apps::config::AppsConfig;
use crate::gateway::before::config::BeforeConfig;
use crate::gateway::config::GatewayConfig;
use crate::gateway::screen::config::FilterConfig;
use crate::sequencer::config::SequencerConfig;

/// Everything that the command-service can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CommandConfig {
    /// Where it listens.
    pub http: HttpConfig,
    /// Requests and their answers.
    pub gateway: GatewayConfig,
    /// The apps of the registry.
    pub apps: AppsConfig,
    /// Merchants' servers that are asked before a command is decided.
    pub before: BeforeConfig,
    /// Words that are not wanted.
    pub filter: FilterConfig,
    /// Deciding and appending.
    pub sequencer: SequencerConfig,
    /// How much of everything an app may have.
    pub limits: Limits,
}

/// Why the settings make no sense together.
#[derive(Debug, thiserror::Error)]
#[error(
    "`sequencer.pack_bytes_max` is {bytes_max}, but one message may need {needed} bytes in JSON"
)]
pub struct PackTooSmall {
    bytes_max: usize,
    needed: usize,
}

impl CommandConfig {
    /// Refuses limits of which one command would never fit into a pack.
    pub fn check(&self) -> Result<(), PackTooSmall> {
        let bytes_max = self.sequencer.pack_bytes_max;
        let needed = self.limits.message_bytes_max as usize * 6 + 16 * 1_024;
        if bytes_max < needed { Err(PackTooSmall { bytes_max, needed }) } else { Ok(()) }
    }
}
