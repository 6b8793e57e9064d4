//! How a user's level follows from what they did: a function of the log alone.
//!
//! [`deed`] says what in an event earns points and for whom, [`rule`] what it is worth, [`points`]
//! folds both into a user's points and level, one event after the other. [`recorded`] reads rules
//! from a log, old shapes included.

pub mod deed;
pub mod points;
pub(crate) mod recorded;
pub mod rule;
