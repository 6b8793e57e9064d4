//! A connection that writes batches: prepared statements, all of a transaction in one flight.

use std::collections::HashMap;
use std::pin::{Pin, pin};

use domain::ids::AppId;
use futures_util::future::{MaybeDone, maybe_done};
use futures_util::poll;
use migrations::connection::{PostgresConfig, connect};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

use crate::batch::Batch;
use crate::checkpoint::{Checkpoint, advance};
use crate::config::ProjectorConfig;
use crate::error::ProjectError;
use crate::write::Write;

/// Writes into the tables of one schema.
pub(crate) struct Connection {
    client: Client,
    /// By their text.
    statements: HashMap<&'static str, Statement>,
}

/// What a statement did, or why the flight ended at it.
type Outcome = Result<u64, tokio_postgres::Error>;

impl Connection {
    /// Connects. The models' tables are looked for in `schema` and nowhere else.
    pub(crate) async fn open(
        postgres: &PostgresConfig,
        config: &ProjectorConfig,
        schema: &str,
    ) -> Result<Self, ProjectError> {
        let client = connect(postgres).await.map_err(ProjectError::Connect)?;
        let synchronous_commit = if config.synchronous_commit { "on" } else { "off" };
        // A statement that is planned while its table is empty would go on to read the whole table
        // for every batch, so only the way over the key is left.
        let settings = format!(
            "SET search_path TO \"{schema}\"; SET synchronous_commit TO {synchronous_commit};
             SET enable_seqscan TO off; SET enable_hashjoin TO off; SET enable_mergejoin TO off;
             SET jit TO off; SET client_min_messages TO warning"
        );
        let doing = ProjectError::postgres("set up the connection");
        client.batch_execute(&settings).await.map_err(doing)?;
        Ok(Self { client, statements: HashMap::new() })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Writes a batch and moves the checkpoint, both or neither.
    pub(crate) async fn write(
        &mut self,
        app: &AppId,
        from: Checkpoint,
        batch: &Batch,
    ) -> Result<(), ProjectError> {
        let fence = advance(app, from, batch.last);
        let writes: Vec<&Write> = std::iter::once(&fence).chain(&batch.writes).collect();
        self.prepare(&writes).await?;
        let outcomes = self.flight(true, &writes).await;
        let checked = match outcomes.map_err(ProjectError::postgres("begin a transaction")) {
            // Whatever followed was written onto something unknown.
            Ok(outcomes) if matches!(outcomes.first(), Some(Ok(0))) => {
                Err(ProjectError::Fenced { app: app.clone(), seq: from.seq })
            }
            Ok(outcomes) => check(app, batch, &writes, outcomes),
            Err(error) => Err(error),
        };
        if let Err(error) = checked {
            // If even this fails, the connection is gone and the transaction with it.
            self.client.batch_execute("ROLLBACK").await.ok();
            return Err(error);
        }
        let commit = self.client.batch_execute("COMMIT").await;
        commit.map_err(ProjectError::postgres("commit a batch"))
    }

    /// Writes a batch without a checkpoint, in a transaction of its own.
    pub(crate) async fn fill(&mut self, app: &AppId, batch: &Batch) -> Result<(), ProjectError> {
        let writes: Vec<&Write> = batch.writes.iter().collect();
        self.prepare(&writes).await?;
        let outcomes = self.flight(true, &writes).await;
        let outcomes = outcomes.map_err(ProjectError::postgres("begin a transaction"))?;
        check(app, batch, &writes, outcomes)?;
        let commit = self.client.batch_execute("COMMIT").await;
        commit.map_err(ProjectError::postgres("commit a batch"))
    }

    /// Writes a batch in the transaction that is open.
    pub(crate) async fn fill_within(
        &mut self,
        app: &AppId,
        batch: &Batch,
    ) -> Result<(), ProjectError> {
        let writes: Vec<&Write> = batch.writes.iter().collect();
        self.prepare(&writes).await?;
        let outcomes = self.flight(false, &writes).await;
        let outcomes = outcomes.map_err(ProjectError::postgres("write a batch"))?;
        check(app, batch, &writes, outcomes)
    }

    async fn prepare(&mut self, writes: &[&Write]) -> Result<(), ProjectError> {
        for write in writes {
            if !self.statements.contains_key(write.sql) {
                let prepared = self.client.prepare(write.sql).await;
                let doing = ProjectError::postgres("prepare a statement");
                self.statements.insert(write.sql, prepared.map_err(doing)?);
            }
        }
        Ok(())
    }

    /// Sends everything before it waits for anything: one round trip, and Postgres always has the
    /// next statement at hand. Statements run in the order in which they were first polled.
    async fn flight(
        &self,
        begin: bool,
        writes: &[&Write],
    ) -> Result<Vec<Outcome>, tokio_postgres::Error> {
        let parameters: Vec<Vec<&(dyn ToSql + Sync)>> = writes
            .iter()
            .map(|write| {
                let parameters = write.parameters.iter();
                parameters.map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect()
            })
            .collect();
        let mut opened = pin!(maybe_done(async {
            if begin { self.client.batch_execute("BEGIN").await } else { Ok(()) }
        }));
        send(opened.as_mut()).await;
        let mut sent = Vec::with_capacity(writes.len());
        for (write, parameters) in writes.iter().zip(&parameters) {
            let executed = self.client.execute(&self.statements[write.sql], parameters);
            let mut executed = Box::pin(maybe_done(executed));
            send(executed.as_mut()).await;
            sent.push(executed);
        }
        opened.as_mut().await;
        opened.take_output().unwrap_or(Ok(()))?;
        let mut outcomes = Vec::with_capacity(sent.len());
        for mut executed in sent {
            executed.as_mut().await;
            outcomes.extend(executed.as_mut().take_output());
        }
        Ok(outcomes)
    }
}

/// Lets a statement go out without waiting for its answer, which is kept.
async fn send<F: Future>(statement: Pin<&mut MaybeDone<F>>) {
    let (std::task::Poll::Ready(()) | std::task::Poll::Pending) = poll!(statement);
}

/// The first thing that went wrong: what follows an error in Postgres only says that it follows one.
fn check(
    app: &AppId,
    batch: &Batch,
    writes: &[&Write],
    outcomes: Vec<Outcome>,
) -> Result<(), ProjectError> {
    for (write, outcome) in writes.iter().zip(outcomes) {
        let mismatch = outcome.as_ref().is_ok_and(|found| write.rows.is_some_and(|n| n != *found));
        if outcome.is_ok() && !mismatch {
            continue;
        }
        let (app, first, last) = (app.clone(), batch.after.next(), batch.last);
        let statement = write.sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        return Err(match outcome {
            Err(source) => ProjectError::Write { app, first, last, statement, source },
            Ok(found) => {
                let expected = write.rows.unwrap_or(found);
                ProjectError::Mismatch { app, first, last, expected, found, statement }
            }
        });
    }
    Ok(())
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}
