//! The one program: runs any set of services, and plays, counts and looks after them.
//!
//! Reading order: [`commands`] (one file per subcommand), [`config`] (everything that can be set),
//! [`system`] (what runs), [`supervise`] (the private servers under it). [`recording`], [`show`],
//! [`replay`], [`sse`] and [`demo`] play a room and count what became of it. A library too, so that
//! tests can do in their own process what the commands do.

pub mod commands;
pub mod config;
pub mod demo;
pub mod recording;
pub mod replay;
pub mod show;
pub mod sse;
pub mod supervise;
pub mod system;
pub mod terminal;
