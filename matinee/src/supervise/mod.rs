//! The private servers of `matinee up`: a nats-server and a Postgres that live and die with it.
//!
//! [`home`] says where they keep things and as whom they run, [`nats_server`] and [`postgres_server`]
//! how each is prepared and started, [`supervisor`] keeps one running, [`orphan`] deals with what
//! a killed `matinee` left behind.

pub mod home;
pub mod nats_server;
pub mod orphan;
pub mod port;
pub mod postgres_server;
pub mod process;
pub mod ready;
pub mod secrets;
pub mod server_user;
pub mod supervisor;

use std::io;
use std::path::PathBuf;

/// Why a private server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A program that is not installed.
    #[error("`{program}` is missing: {advice}")]
    Missing {
        /// Which.
        program: String,
        /// How to get it.
        advice: String,
    },
    /// A file or directory of ours.
    #[error("cannot {action} `{path}`")]
    File {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another `matinee` runs with the same data.
    #[error("`{path}` is in use by another matinee (process {pid})")]
    InUse {
        /// The data directory.
        path: PathBuf,
        /// The other's process id, as it wrote it down.
        pid: String,
    },
    /// Root may not run it and there is nobody else.
    #[error("{server} does not run as root, and there is no user `postgres` or `nobody` to run it")]
    NoUser {
        /// Which server.
        server: &'static str,
    },
    /// A program that ran and failed.
    #[error("`{program}` failed: {output}")]
    Failed {
        /// Which.
        program: String,
        /// What it printed last.
        output: String,
    },
    /// It did not answer in time.
    #[error("{server} did not answer within {limit_ms} ms: {output}")]
    NotReady {
        /// Which server.
        server: &'static str,
        /// How long it had.
        limit_ms: u64,
        /// What it printed last.
        output: String,
    },
    /// No port.
    #[error("no free port was found")]
    NoPort,
    /// A process left over that does not go away.
    #[error("process {pid}, a {server} left over from an earlier run, does not stop")]
    Orphan {
        /// Which server.
        server: &'static str,
        /// Its process id.
        pid: i32,
    },
    /// Postgres answered with an error.
    #[error("the private postgres cannot be prepared")]
    Postgres(#[from] tokio_postgres::Error),
    /// Not our data.
    #[error("`{path}` was made by version {found} of postgres, installed is {installed}")]
    PostgresVersion {
        /// The data directory.
        path: PathBuf,
        /// Who made it.
        found: String,
        /// What is there.
        installed: String,
    },
    /// Our own files.
    #[error("`{path}` is damaged")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: toml::de::Error,
    },
}

impl StartError {
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}
