//! The log, folded into tables: one tail and one Postgres transaction per batch for each app.
//!
//! Reading order: [`models`] (one file per read model: what an event changes, and the statement
//! that writes it), [`batch`] (commits folded), [`connection`] (a batch in one flight, behind the
//! fenced checkpoint), [`follow`] (one app, from its checkpoint on), [`run`](mod@run) (all apps of
//! a process), `serve` (as they come and go), `forget` (rows of those that are gone). [`rebuild`](mod@rebuild) makes a model anew beside the live one, compares, switches.
//!
//! The tables are in `migrations/sql/models/`.

#![deny(clippy::wildcard_enum_match_arm)]

mod batch;
mod checkpoint;
mod column;
mod config;
mod connection;
mod error;
mod follow;
mod forget;
mod health;
mod lookup;
mod models;
mod outbox;
mod pool;
mod rebuild;
mod run;
mod serve;
mod source;
mod write;

pub use self::checkpoint::READER;
pub use self::config::ProjectorConfig;
pub use self::error::{CannotStart, ProjectError};
pub use self::health::Health;
pub use self::outbox::config::OutboxConfig;
pub use self::rebuild::{
    Difference, Mode, Phase, Progress, RebuildError, RebuildReport, Rebuilder, names as model_names,
};
pub use self::run::{Projected, Projector, run};
