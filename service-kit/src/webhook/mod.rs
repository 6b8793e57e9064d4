//! Requests to merchants' servers: signed, without redirects, with a limit on time and answer.
//!
//! [`config`] says where to and with which keys, [`sign`] what proves who sends, [`target`] sends. What
//! is sent, and what an answer means, is the business of those who use it. Addresses come from
//! whoever runs the installation, so private ones are as good as any.

pub mod config;
pub mod sign;
pub mod target;
#[cfg(feature = "testing")]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
pub mod testing;

pub use self::config::{Form, TargetConfig};
pub use self::target::{Answer, InvalidTarget, Message, PostError, Target};
