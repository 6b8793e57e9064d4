//! What a rebuild is told to do, says on its way, and says at the end.

use domain::ids::AppId;

use crate::error::ProjectError;

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Compare, change nothing.
    Audit,
    /// Switch if every row is equal, or if there is no live table yet.
    Rebuild,
    /// Switch in any case.
    Force,
}

/// How far it has come, in commits of all apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Commits that were read.
    pub done: u64,
    /// Commits that are to be read.
    pub total: u64,
}

/// The steps of a rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reading the log into the new tables.
    Filling,
    /// Holding the new tables against the live ones.
    Comparing,
    /// Putting them in their place.
    Switching,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct RebuildReport {
    /// Which model.
    pub model: &'static str,
    /// The version that was built.
    pub version: i32,
    /// Rows of the new tables.
    pub rows: u64,
    /// Events that were read.
    pub events: u64,
    /// How long it took.
    pub seconds: f64,
    /// Whether there was something to compare with.
    pub compared: bool,
    /// Tables that are not equal; empty if all are.
    pub differing: Vec<Difference>,
    /// Whether the new tables are the live ones now.
    pub switched: bool,
}

/// How a live table differs from what the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which table.
    pub table: &'static str,
    /// Rows that the log asks for and that do not stand in the live table.
    pub missing: u64,
    /// Rows of the live table that the log does not explain.
    pub unexplained: u64,
    /// The key of the first row that differs, as JSON.
    pub first_key: String,
}

/// Why a rebuild gave up. The live tables are as they were.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// No such model.
    #[error("there is no read model `{model}`")]
    UnknownModel {
        /// As asked for.
        model: String,
    },
    /// Two at once would drop each other's tables.
    #[error("read model `{model}` is being rebuilt or audited by somebody else")]
    AlreadyRunning {
        /// Which.
        model: &'static str,
    },
    /// Its rows would be lost.
    #[error("app `{app}` has rows and is not configured: configure it or delete it first")]
    AppNotConfigured {
        /// Which.
        app: String,
    },
    /// The log ends before the live tables do.
    #[error("the log of app `{app}` ends at {last}, before its checkpoint {checkpoint}")]
    LogTooShort {
        /// Whose.
        app: AppId,
        /// Its last commit.
        last: u64,
        /// Where the live tables stand.
        checkpoint: u64,
    },
    /// The log or Postgres.
    #[error("the rebuild was given up")]
    Project(#[from] ProjectError),
}
