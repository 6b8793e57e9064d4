//! The one writer of an app: takes commands, decides them, appends packs, answers.
//!
//! Reading order: [`lead`] (who writes, and from which state), [`write_loop`] (take, decide, append,
//! answer, repeat), [`pack`] (what one append holds), [`ledger`] (the answers given so far).

pub mod answer;
pub mod config;
pub mod handle;
pub mod lead;
pub mod ledger;
pub mod limiter;
pub mod pack;
#[cfg(test)]
mod pack_tests;
pub mod remote;
pub mod snapshot;
pub mod state;
pub mod word_lists;
pub mod write_loop;
