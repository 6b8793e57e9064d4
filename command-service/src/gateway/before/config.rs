//! Which commands merchants' servers are asked about before they are decided.

use std::collections::{BTreeSet, HashMap};

use domain::ids::AppId;
use serde::{Deserialize, Serialize};
use service_kit::config::{OutOfRange, check_range};
use service_kit::webhook::{InvalidTarget, Target, TargetConfig};

/// `[command.before]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BeforeConfig {
    /// One `[[command.before.callbacks]]` table for each server that is asked.
    pub callbacks: Vec<BeforeCallback>,
    /// Answers that are remembered, so that a command that is sent again is not asked about again.
    pub answers_max: u64,
    /// How long.
    pub answer_ttl_s: u64,
    /// Failures in a row after which a server is left alone for a while.
    pub failures_max: u32,
    /// That while.
    pub rest_ms: u64,
    /// Bytes of a reason that a sender is told; the rest is cut off.
    pub reason_bytes_max: usize,
}

impl Default for BeforeConfig {
    fn default() -> Self {
        Self {
            callbacks: Vec::new(),
            answers_max: 20_000,
            answer_ttl_s: 300,
            failures_max: 5,
            rest_ms: 5_000,
            reason_bytes_max: 300,
        }
    }
}

/// A server that is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeforeCallback {
    /// About commands of this app.
    pub app: AppId,
    /// About which.
    pub commands: BTreeSet<Asked>,
    /// Where it is, and what it knows us by.
    pub target: TargetConfig,
    /// How long an answer may take, waiting for a free place included.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// Requests at a time.
    #[serde(default = "requests_max")]
    pub requests_max: usize,
    /// What becomes of a command about which there is no answer.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Whether what the merchant's own servers send, also in a user's name, is not asked about.
    #[serde(default = "exempt_admins")]
    pub exempt_admins: bool,
}

fn timeout_ms() -> u64 {
    2_000
}

fn requests_max() -> usize {
    256
}

fn exempt_admins() -> bool {
    true
}

/// A command that may be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Chat.
    SendMessage,
    /// What programs exchange.
    SendCustomMessage,
    /// A gift, for instance because the sender's coins must suffice.
    SendGift,
}

/// What becomes of a command when the server does not answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// It goes on as if nobody had been asked.
    #[default]
    Allow,
    /// The sender is told to try again.
    Refuse,
}

/// Why the section cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidBefore {
    /// A number outside its range.
    #[error("{0}")]
    OutOfRange(#[from] OutOfRange),
    /// Two servers would have to agree.
    #[error("`command.before.callbacks` names two servers for {command:?} of app `{app}`")]
    Twice {
        /// The app.
        app: AppId,
        /// The command.
        command: Asked,
    },
    /// The address, the secrets or the certificates.
    #[error("a target of `command.before.callbacks` of app `{app}` cannot be used")]
    Target {
        /// The app.
        app: AppId,
        /// Why.
        #[source]
        source: InvalidTarget,
    },
}

/// Who is asked about which commands of an app, by the place of the table.
pub(super) type Places = HashMap<AppId, HashMap<Asked, usize>>;

impl BeforeConfig {
    /// Checks the section and makes a client for each server.
    pub(super) fn check(&self) -> Result<(Vec<Target>, Places), InvalidBefore> {
        check_range("command.before.failures_max", self.failures_max, 1..=1_000_000)?;
        check_range("command.before.rest_ms", self.rest_ms, 1..=3_600_000)?;
        let (mut targets, mut places) = (Vec::new(), Places::new());
        for (place, callback) in self.callbacks.iter().enumerate() {
            let BeforeCallback { app, commands, target, timeout_ms, requests_max, .. } = callback;
            check_range("command.before.callbacks.timeout_ms", *timeout_ms, 10..=60_000)?;
            check_range("command.before.callbacks.requests_max", *requests_max, 1..=10_000)?;
            let target = Target::try_new(target);
            let unusable = |source| InvalidBefore::Target { app: app.clone(), source };
            targets.push(target.map_err(unusable)?);
            let places = places.entry(app.clone()).or_default();
            for &command in commands {
                if places.insert(command, place).is_some() {
                    return Err(InvalidBefore::Twice { app: app.clone(), command });
                }
            }
        }
        Ok((targets, places))
    }
}
