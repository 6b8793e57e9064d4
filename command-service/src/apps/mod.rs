//! Which apps this instance may decide: those of the configuration, the registry, and the apps of
//! the registry as they come and go ([`keeper`]). [`sequencers`] starts and stops their candidates.

pub mod config;
pub(crate) mod keeper;
pub(crate) mod sequencers;
