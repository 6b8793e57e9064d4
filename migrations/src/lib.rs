//! The tables, as plain SQL files that are applied in order, each once.

pub mod testing;
