//! A viewer's end of the stream: reads server-sent events over real HTTP, resumes where it was when
//! the connection breaks, and notices a hole or a repetition.
//!
//! [`frame`] is the format, [`watcher`] the client.

pub mod frame;
pub mod watcher;

pub use self::watcher::{Received, WatchTarget, Watcher};
