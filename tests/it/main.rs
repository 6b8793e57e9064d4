//! The whole system from outside, on a real nats-server and a real Postgres. One file per promise.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api_contract;
mod apps;
mod audience;
mod autobahn;
mod callbacks;
mod clients;
mod crash;
mod cuts;
mod drain;
mod levels;
mod lost_answers;
mod many_apps;
mod moderation;
mod overflow;
mod purchases;
mod recordings;
mod streams;
mod up;
mod usersig;
mod whole_room;
