//! What is asked of Postgres: one file per read model, each question answered by an index.
//!
//! [`ReadModels`] is a small pool. A question that gets no answer in time, or a database that is
//! not there, is one error, [`Unavailable`]: what does not need the answer goes on without it.

pub(crate) mod app_user;
pub(crate) mod checkpoint;
pub(crate) mod follow;
pub(crate) mod gift_total;
pub(crate) mod known_facts;
pub(crate) mod member_field;
pub(crate) mod product_history;
pub(crate) mod purchase;
mod reach;
pub(crate) mod room;
pub(crate) mod room_activity;
pub(crate) mod room_audience;
pub(crate) mod room_feed;
pub(crate) mod room_insight;
pub(crate) mod room_member;
pub(crate) mod spotlight;

use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use migrations::connection::PostgresConfig;
use service_kit::error_chain::ErrorChain;
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, Row};

use crate::metrics::Metrics;
use crate::read_models::checkpoint::Projected;
use crate::read_models::reach::Reach;

/// The read models, as far as they can be reached.
#[derive(Debug)]
pub(crate) struct ReadModels {
    /// Nothing if no database is configured: everything that does not need one works.
    pool: Option<Pool>,
    timeout: Duration,
    projected: Projected,
    reach: Reach,
}

/// Postgres gave no answer. The cause is logged when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the read models cannot be reached")]
pub(crate) struct Unavailable;

/// Why the pool cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The cause is left out: it could quote the password.
    #[error("`postgres.url` is not of the form `postgres://user:password@host:port/database`")]
    MalformedUrl,
    /// A limit of the pool.
    #[error("the connections to Postgres cannot be set up")]
    Build(#[source] deadpool_postgres::BuildError),
}

impl ReadModels {
    /// Does not connect: the database may come later.
    pub(crate) fn new(
        config: &PostgresConfig,
        timeout: Duration,
        checkpoint_poll: Duration,
    ) -> Result<Self, PoolError> {
        let pool =
            config.url.as_ref().map(|url| build_pool(url.expose(), config, timeout)).transpose()?;
        Ok(Self {
            pool,
            timeout,
            projected: Projected::new(checkpoint_poll),
            reach: Reach::default(),
        })
    }

    /// Asks one prepared question.
    async fn query(
        &self,
        sql: &'static str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Unavailable> {
        Metrics::postgres_asked();
        match tokio::time::timeout(self.timeout, self.try_query(sql, params)).await {
            Ok(Ok(rows)) => {
                self.reach.found();
                Ok(rows)
            }
            Ok(Err(error)) => {
                self.reach.lost(&ErrorChain(&error));
                Err(Unavailable)
            }
            Err(_elapsed) => {
                self.reach.lost(&"no answer in time");
                Err(Unavailable)
            }
        }
    }

    async fn try_query(
        &self,
        sql: &'static str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, QueryError> {
        let pool = self.pool.as_ref().ok_or(QueryError::NotConfigured)?;
        let client = pool.get().await.map_err(QueryError::Connect)?;
        let rows = match client.prepare_cached(sql).await {
            Ok(statement) => client.query(&statement, params).await,
            Err(error) => Err(error),
        };
        rows.map_err(|error| {
            // Its prepared statements may be those of tables that a rebuild has replaced.
            drop(Object::take(client));
            QueryError::Query(error)
        })
    }
}

#[derive(Debug, thiserror::Error)]
enum QueryError {
    #[error("`postgres.url` is not set")]
    NotConfigured,
    #[error("no connection")]
    Connect(#[source] deadpool_postgres::PoolError),
    #[error("the question failed")]
    Query(#[source] tokio_postgres::Error),
}

fn build_pool(url: &str, config: &PostgresConfig, timeout: Duration) -> Result<Pool, PoolError> {
    let mut postgres: tokio_postgres::Config = url.parse().ok().ok_or(PoolError::MalformedUrl)?;
    postgres
        .application_name("matinee query")
        .connect_timeout(Duration::from_millis(config.connect_timeout_ms))
        // What nobody waits for any longer shall not run on.
        .options(format!("-c statement_timeout={}", timeout.as_millis()));
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(postgres, NoTls, recycling);
    Pool::builder(manager)
        .max_size(config.connections_max)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(timeout))
        .create_timeout(Some(timeout))
        .recycle_timeout(Some(timeout))
        .build()
        .map_err(PoolError::Build)
}

/// A number of ours as Postgres has it. What is larger than its largest is as good as the largest.
fn bigint(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count of Postgres, which is never negative.
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
