//! Why a projection stops, and whether it is worth trying again.

use domain::event::EventId;
use domain::ids::{AppId, LogSeq};
use migrations::connection::ConnectError;
use nats::{OpenLogError, TailError};

/// Why one app's projection stopped.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The checkpoint was moved by somebody else: another projector, or a rebuild that switched.
    #[error("the checkpoint of app `{app}` is no longer at {seq}: somebody else is at work")]
    Fenced {
        /// Whose.
        app: AppId,
        /// Where it was believed to be.
        seq: LogSeq,
    },
    /// No connection.
    #[error("could not connect to Postgres")]
    Connect(#[source] ConnectError),
    /// Postgres refused or went away.
    #[error("could not {doing}")]
    Postgres {
        /// What was being done.
        doing: &'static str,
        /// Why not.
        #[source]
        source: tokio_postgres::Error,
    },
    /// Postgres did not take a batch.
    #[error("could not write commits {first} to {last} of app `{app}`, in `{statement}`")]
    Write {
        /// Whose.
        app: AppId,
        /// The first commit of the batch.
        first: LogSeq,
        /// The last one.
        last: LogSeq,
        /// The beginning of the statement.
        statement: String,
        /// Why not.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The log could not be opened.
    #[error("could not open the log of app `{app}`")]
    OpenLog {
        /// Whose.
        app: AppId,
        /// Why not.
        #[source]
        source: OpenLogError,
    },
    /// The log cannot be read on.
    #[error("could not read the log of app `{app}` on")]
    Tail {
        /// Whose.
        app: AppId,
        /// Why not.
        #[source]
        source: TailError,
    },
    /// Postgres cannot hold U+0000. The rules of the domain refuse it.
    #[error("event `{event}` in commit {seq} has U+0000 in `{field}`, which Postgres cannot hold")]
    Unstorable {
        /// Which event.
        event: EventId,
        /// Its commit.
        seq: LogSeq,
        /// Where.
        field: &'static str,
    },
    /// The log asks for a change that does not fit what stands in the table.
    #[error(
        "commits {first} to {last} of app `{app}` do not fit the tables: {expected} rows were to \
         change and {found} did, in `{statement}`"
    )]
    Mismatch {
        /// Whose.
        app: AppId,
        /// The first commit of the batch.
        first: LogSeq,
        /// The last one.
        last: LogSeq,
        /// Rows that were to change.
        expected: u64,
        /// Rows that did.
        found: u64,
        /// The beginning of the statement.
        statement: String,
    },
    /// What stands in a table is not what this program wrote there.
    #[error("commits {first} to {last} of app `{app}` cannot be written on: {what}")]
    Unreadable {
        /// Whose.
        app: AppId,
        /// The first commit of the batch.
        first: LogSeq,
        /// The last one.
        last: LogSeq,
        /// Which column of which row.
        what: String,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// The level rule that stands in its table is not one that this program wrote.
    #[error("the level rule of app `{app}` is not readable")]
    UnreadableRule {
        /// Whose.
        app: AppId,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// The tables are not those that this program writes.
    #[error("the tables are not those of this program")]
    CannotStart(#[source] CannotStart),
}

/// Why the tables are not this program's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotStart {
    /// A model was changed, or is new in a database in use.
    #[error(
        "read model `{model}` stands in version {found} and this program writes version {wanted}: \
         run `matinee rebuild {model}`"
    )]
    Version {
        /// Which.
        model: &'static str,
        /// The version in the database; 0 if it has none.
        found: i32,
        /// This program's version.
        wanted: i32,
    },
}

impl ProjectError {
    /// Whether it passes by itself: a neighbour is away or somebody else was faster. Everything
    /// else needs a person, and trying again would only repeat it.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Fenced { .. } | Self::Connect(_) => true,
            Self::Postgres { source, .. } | Self::Write { source, .. } => {
                // Data exceptions, violated constraints, missing tables.
                let lasting = ["22", "23", "42"];
                source.code().is_none_or(|code| !lasting.contains(&&code.code()[..2]))
            }
            Self::OpenLog { source, .. } => !matches!(source, OpenLogError::Mismatch { .. }),
            Self::Tail { .. }
            | Self::Unstorable { .. }
            | Self::Mismatch { .. }
            | Self::Unreadable { .. }
            | Self::UnreadableRule { .. }
            | Self::CannotStart(_) => false,
        }
    }

    pub(crate) fn postgres(doing: &'static str) -> impl Fn(tokio_postgres::Error) -> Self {
        move |source| Self::Postgres { doing, source }
    }
}
