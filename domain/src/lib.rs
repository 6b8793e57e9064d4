//! The rules of a live room: which commands may become which events, and what the events add up to.
//!
//! No IO, no clock, no randomness, no async: everything a decision needs comes with the command or
//! stands in the state, so the same log gives the same state on every machine.
//!
//! Reading order: [`command`] (what may be asked), [`event`] and [`commit`] (what is recorded),
//! [`state`] (`decide` and `evolve` for a whole app), then one file per command in [`room`],
//! [`app`] and, for what apps there are, [`registry`]. What readers show is in [`view`], how levels grow in [`level`].

#![warn(missing_docs)]
#![deny(clippy::wildcard_enum_match_arm)]

pub mod actor;
pub mod app;
pub mod codec;
pub mod coins;
pub mod command;
pub mod commit;
pub mod commit_writer;
pub mod event;
pub mod field;
pub mod ids;
pub mod level;
pub mod limits;
pub mod registry;
pub mod rejection;
pub mod room;
pub mod sample;
pub mod screening;
pub mod state;
pub mod text;
pub mod timestamp;
pub mod view;
pub mod word_list;
