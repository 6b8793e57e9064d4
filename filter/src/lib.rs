//! Screens texts for words that a room does not want. Pure: no IO, no clock, no async.
//!
//! Reading order: [`rules`] (all lists of an app, compiled; what becomes of a text), `fold` (what a
//! text looks like to a matcher: width, case, look-alikes, invisible characters), `stream` (the ways
//! to read a folded text: as written, with noise left out, with digits as letters), `matcher` (many
//! words at once, and the checks around each hit), `english` (the crate that knows English evasions),
//! `contacts` (numbers and addresses), `mask`. Figures are in `docs/filter.md`.

#![warn(missing_docs)]
#![deny(clippy::wildcard_enum_match_arm)]

pub mod bundle;
mod contacts;
mod digit;
mod english;
mod fold;
mod han;
mod mask;
mod matcher;
mod pattern;
pub mod rules;
mod stream;

pub use fold::same_to_the_eye;
