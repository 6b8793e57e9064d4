//! What every service does alike: configuration, identity, problems, HTTP, tasks, telemetry.
//!
//! Reading order: [`config`] and [`apps`] (what a service is told), [`auth`] (who asks), [`problem`]
//! and [`rejections`] (how a request is refused), [`http`] (how it comes in), [`tasks`] (how
//! a process starts work and stops it), [`openapi`] (how it is described), [`webhook`] (how merchants'
//! servers are asked and told).

#![warn(missing_docs)]

pub mod apps;
pub mod auth;
pub mod clock;
pub mod config;
pub mod decided;
pub mod error_chain;
pub mod http;
pub mod instance;
pub mod metrics;
pub mod openapi;
pub mod probes;
pub mod problem;
pub mod rejections;
pub mod relayed;
pub mod tasks;
pub mod telemetry;
pub mod webhook;
