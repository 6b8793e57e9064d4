//! The schema in which the new tables stand until they are switched.

use migrations::model::{Model, create_tables};
use tokio_postgres::Client;

use super::postgres;
use super::report::{Mode, RebuildError};
use crate::config::ProjectorConfig;

/// The tables of one rebuild.
#[derive(Debug)]
pub(super) struct Scratch {
    pub(super) model: &'static Model,
    pub(super) schema: String,
}

impl Scratch {
    pub(super) fn name(model: &'static Model, mode: Mode) -> Self {
        let purpose = match mode {
            Mode::Audit => "audit",
            Mode::Rebuild | Mode::Force => "rebuild",
        };
        Self { model, schema: format!("{purpose}_{}_{}", model.name, model.version) }
    }

    /// Creates the tables, empty, and drops what an interrupted rebuild of this model left behind.
    pub(super) async fn create(&self, client: &mut Client) -> Result<(), RebuildError> {
        let name = self.model.name;
        // Held until the connection ends, which a killed program's does at once.
        let lock = "SELECT pg_try_advisory_lock(hashtext('matinee rebuild'), hashtext($1))";
        let locked = client.query_one(lock, &[&name]).await.map_err(postgres("lock the model"))?;
        if !locked.get::<_, bool>(0) {
            return Err(RebuildError::AlreadyRunning { model: name });
        }
        let doing = postgres("create the new tables");
        let stale = "SELECT nspname::text FROM pg_namespace WHERE nspname ~ $1";
        let pattern = format!("^(rebuild|audit)_{name}_[0-9]+$");
        for row in client.query(stale, &[&pattern]).await.map_err(&doing)? {
            let schema: &str = row.get(0);
            tracing::info!(schema, "dropping what an interrupted rebuild left behind");
            let drop = format!("DROP SCHEMA \"{schema}\" CASCADE");
            client.batch_execute(&drop).await.map_err(&doing)?;
        }
        let tx = client.transaction().await.map_err(&doing)?;
        tx.batch_execute(&format!("CREATE SCHEMA \"{}\"", self.schema)).await.map_err(&doing)?;
        create_tables(&tx, self.model, &self.schema).await.map_err(&doing)?;
        for table in self.append_only() {
            let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {table}_pkey");
            tx.batch_execute(&drop).await.map_err(&doing)?;
        }
        tx.commit().await.map_err(&doing)
    }

    /// Builds the keys that filling went without, and tells the planner what is in the tables.
    pub(super) async fn index(
        &self,
        client: &Client,
        config: &ProjectorConfig,
    ) -> Result<(), RebuildError> {
        for table in self.model.tables.iter().filter(|table| table.append_only) {
            let build = format!(
                "BEGIN; SET LOCAL maintenance_work_mem TO '{}MB';
                 ALTER TABLE {} ADD PRIMARY KEY ({}); COMMIT",
                config.compare_work_mem_mb,
                table.name,
                table.key.join(", "),
            );
            client.batch_execute(&build).await.map_err(postgres("index the new tables"))?;
        }
        for table in self.model.tables {
            let analyze = format!("ANALYZE {}", table.name);
            client.batch_execute(&analyze).await.map_err(postgres("analyze the new tables"))?;
        }
        Ok(())
    }

    /// Lets the next rebuild of the model begin at once, not when Postgres has noticed that this
    /// connection is closed.
    pub(super) async fn unlock(client: &Client) -> Result<(), RebuildError> {
        let unlock = client.batch_execute("SELECT pg_advisory_unlock_all()").await;
        unlock.map_err(postgres("unlock the model"))
    }

    fn append_only(&self) -> impl Iterator<Item = &'static str> {
        let tables = self.model.tables.iter();
        tables.filter(|table| table.append_only).map(|table| table.name)
    }

    pub(super) async fn drop(&self, client: &Client) -> Result<(), RebuildError> {
        let drop = format!("ROLLBACK; DROP SCHEMA IF EXISTS \"{}\" CASCADE", self.schema);
        client.batch_execute(&drop).await.map_err(postgres("drop the new tables"))
    }
}

/// Begins a transaction that sees the live tables and the checkpoints as of one moment, however
/// long it lasts, and that holds nobody up.
pub(super) async fn begin_snapshot(
    client: &Client,
    config: &ProjectorConfig,
) -> Result<(), RebuildError> {
    let begin = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL work_mem TO '{}MB';
         SET LOCAL enable_seqscan TO on; SET LOCAL enable_hashjoin TO on;
         SET LOCAL enable_mergejoin TO on",
        config.compare_work_mem_mb,
    );
    client.batch_execute(&begin).await.map_err(postgres("begin to compare"))
}

pub(super) async fn commit(client: &Client) -> Result<(), RebuildError> {
    client.batch_execute("COMMIT").await.map_err(postgres("end the comparison"))
}
