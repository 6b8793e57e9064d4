//! The command side on a real nats-server: leaders that come and go, lost acknowledgements, and every
//! refusal of the HTTP API.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod admins;
mod apps;
mod before;
mod exactly_once;
mod facts;
mod failover;
mod fields;
mod filter;
mod follows;
mod gifts;
mod hostile;
mod http_api;
mod http_stage;
mod limiter;
mod messages;
mod moderation;
mod openapi;
mod relayed;
mod rooms;
mod shelf;
mod stage;
