//! What black-box tests share: a whole system on free ports, its callers and its viewers.
//!
//! [`cluster`] starts the program `matinee` as a process of its own, so that it can be killed;
//! [`eventually`](mod@eventually) waits for something with a limit, nobody sleeps; [`recordings`]
//! finds the real recordings, which are not part of the project; [`viewer`] watches a room, [`proxy`]
//! is a way that can be cut; [`instance`] is one more query service.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

pub mod answers;
pub mod cluster;
pub mod eventually;
pub mod http;
pub mod instance;
pub mod program;
pub mod proxy;
pub mod recordings;
pub mod viewer;

pub use self::cluster::Cluster;
pub use self::eventually::eventually;
pub use self::proxy::Proxy;
pub use self::viewer::Viewer;
