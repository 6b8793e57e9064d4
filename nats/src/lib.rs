//! The log on JetStream, and the little else that needs NATS: leases, snapshots, requests.
//!
//! The only crate that speaks to NATS. Reading order: [`client`] (connecting, the version floor),
//! [`log`] (opening, appending, reading the end), [`tail`] (everything that follows the log reads
//! it through this), then [`lease`], [`snapshot`], [`checkpoint`] and [`service`]. Every subject, stream and bucket
//! is spelt in `subject.rs`.

#![warn(missing_docs)]

pub mod bulletin;
pub mod checkpoint;
pub mod client;
pub mod config;
pub mod lease;
pub mod log;
mod server_error;
pub mod service;
pub mod snapshot;
mod subject;
pub mod tail;
#[cfg(feature = "testing")]
pub mod testing;
mod version;

pub use bulletin::{BulletinSubject, Bulletins};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use client::{ConnectError, Nats};
pub use config::NatsConfig;
pub use lease::{Lease, LeaseError};
pub use log::{
    AppendError, DeleteLogError, ListError, Log, OpenLogError, ReadError, Settlement, StoredCommit,
};
pub use service::{
    IncomingRequest, RequestError, RequestSubject, Requests, RespondError, ServeError,
};
pub use snapshot::{SnapshotError, SnapshotMeta};
pub use tail::{Tail, TailCommit, TailConfig, TailError};

/// What the client library says went wrong; for the log, not for a decision.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;
