//! The tables in Postgres: plain SQL files, applied in order, each once.
//!
//! [`apply`] brings a database up to date. [`model`] lists the read models, whose tables are also
//! created a second time, in a schema of their own, while they are rebuilt. [`connection`] is how
//! every crate comes to a client. [`testing`] starts a real server for tests.

#![warn(missing_docs)]

mod apply;
pub mod connection;
pub mod model;
pub mod testing;

pub use self::apply::{ApplyError, apply};
