//! HTTP as every service does it: paths, bodies and methods for routes; one accept loop for all.
//!
//! Routes use [`path_id`], [`app_path`], [`room_path`], [`get`] and its siblings, [`json_body`]. A
//! process calls [`bind`] and [`Bound::run`]; the limits of its connections are in [`HttpConfig`], which
//! pages may ask in [`cors`].

pub mod body;
mod config;
pub mod cors;
pub mod method;
pub mod path;
mod serve;

use std::net::SocketAddr;

pub use self::body::{json_body, json_body_or_default, limited_body};
pub use self::config::HttpConfig;
pub use self::cors::CorsHeaders;
pub use self::method::{delete, get, post, put};
pub use self::path::{app_path, path_id, room_path};
pub use self::serve::socket::Socket;
pub use self::serve::{BindError, Bound, bind};

/// The address at the other end of the connection, in the extensions of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);
