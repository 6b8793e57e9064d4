//! Plays a recorded room through the HTTP command API, as its people would: everybody with their own
//! token, each line at its time, paid messages through the merchant's server.
//!
//! [`plan`] turns a recording into calls, [`client`] sends one until it has an answer, [`player`]
//! keeps the time, [`report`] says what came of it.

pub mod call;
pub mod client;
pub mod plan;
mod planner;
pub mod player;
pub mod report;
pub mod tokens;

pub use self::client::SendError;
pub use self::plan::{Plan, PlanError};
pub use self::player::{PlayOptions, play};
pub use self::report::Report;
pub use self::tokens::Tokens;
