//! The connections of a process: so many and no more, whatever the number of apps.

use std::sync::{Mutex, PoisonError};

use migrations::connection::PostgresConfig;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::ProjectorConfig;
use crate::connection::Connection;
use crate::error::ProjectError;

#[derive(Debug)]
pub(crate) struct Pool {
    postgres: PostgresConfig,
    config: ProjectorConfig,
    permits: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

/// A connection for the time being. Only one that was given back is used again: after an error, or
/// when its user was stopped in the middle, nobody knows what state it is in.
pub(crate) struct Lent<'a> {
    pub(crate) connection: Connection,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Pool {
    pub(crate) fn new(postgres: PostgresConfig, config: ProjectorConfig) -> Self {
        let permits = Semaphore::new(postgres.connections_max.max(1));
        Self { postgres, config, permits, idle: Mutex::new(vec![]) }
    }

    /// Waits for a connection of the live tables.
    pub(crate) async fn lend(&self) -> Result<Lent<'_>, ProjectError> {
        // The semaphore is never closed: there always is a permit.
        let permit = self.permits.acquire().await.ok();
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle.filter(|idle| !idle.client().is_closed()) {
            Some(connection) => connection,
            None => Connection::open(&self.postgres, &self.config, "matinee").await?,
        };
        Ok(Lent { connection, _permit: permit })
    }

    pub(crate) fn give_back(&self, lent: Lent<'_>) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(lent.connection);
    }
}
