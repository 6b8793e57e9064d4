//! What follows from the log and becomes an event of it again: levels that were reached.
//!
//! A row is written in the transaction that lifts the level ([`rise`]) and waits in
//! `matinee.outbox`, which is no read model: a rebuild or an audit never writes it. [`publisher`]
//! sends it as a command to the app's sequencer and deletes it when it has been answered. A crash
//! in between sends it again, and the sequencer's ledger knows its [`id`]. What is older than the
//! ledger can know is dropped and counted.

pub(crate) mod config;
mod id;
pub(crate) mod publisher;
mod reply;
pub(crate) mod rise;
