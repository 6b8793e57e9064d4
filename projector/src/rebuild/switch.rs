//! Puts the new tables in the place of the live ones, in one transaction.

use tokio_postgres::Client;

use super::postgres;
use super::report::RebuildError;
use super::scratch::Scratch;
use crate::config::ProjectorConfig;

/// Begins the transaction and stops every projector at its checkpoint: each of them first moves its
/// checkpoint and so waits here, or was first and is waited for.
pub(super) async fn begin(client: &Client, config: &ProjectorConfig) -> Result<(), RebuildError> {
    let begin = format!(
        "BEGIN; SET LOCAL synchronous_commit TO on; SET LOCAL lock_timeout TO {};
         LOCK TABLE matinee.checkpoint IN EXCLUSIVE MODE",
        config.switch_lock_timeout_ms,
    );
    let locked = client.batch_execute(&begin).await;
    locked.map_err(postgres("stop the projection for the switch"))
}

/// Switches. The new tables must have come to the checkpoints within this transaction.
pub(super) async fn finish(client: &Client, scratch: &Scratch) -> Result<(), RebuildError> {
    let doing = postgres("switch the tables; somebody may be reading the old ones");
    for table in scratch.model.tables {
        let switch = format!(
            "DROP TABLE IF EXISTS matinee.{table};
             ALTER TABLE \"{schema}\".{table} SET SCHEMA matinee",
            table = table.name,
            schema = scratch.schema,
        );
        client.batch_execute(&switch).await.map_err(&doing)?;
    }
    let version = "INSERT INTO matinee.read_model (name, version) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET version = excluded.version";
    let (name, number) = (scratch.model.name, scratch.model.version);
    client.execute(version, &[&name, &number]).await.map_err(&doing)?;
    // Whoever was about to write the old tables finds its fence moved and looks again.
    let generation = "UPDATE matinee.checkpoint SET generation = generation + 1";
    client.execute(generation, &[]).await.map_err(&doing)?;
    let finish = format!("DROP SCHEMA \"{}\"; COMMIT", scratch.schema);
    client.batch_execute(&finish).await.map_err(&doing)
}
