//! A connection that writes batches: prepared statements, and as much as possible of a transaction in
//! one flight.

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::slice::from_ref;

use domain::ids::AppId;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, MaybeDone, maybe_done};
use futures_util::poll;
use migrations::connection::{PostgresConfig, connect};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

use crate::batch::Batch;
use crate::checkpoint::{Checkpoint, advance};
use crate::config::ProjectorConfig;
use crate::error::ProjectError;
use crate::lookup::Unreadable;
use crate::outbox::rise;
use crate::write::Write;

/// Writes into the tables of one schema.
pub(crate) struct Connection {
    client: Client,
    /// By their text.
    statements: HashMap<&'static str, Statement>,
}

/// What a statement did, or why the flight ended at it.
type Outcome = Result<u64, tokio_postgres::Error>;
/// A statement on its way.
type Sent<'a> = Pin<Box<MaybeDone<BoxFuture<'a, Outcome>>>>;

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

    /// Writes a batch and moves the checkpoint, both or neither. Says whether something is in the
    /// outbox.
    pub(crate) async fn write(
        &mut self,
        app: &AppId,
        from: Checkpoint,
        batch: &Batch,
    ) -> Result<bool, ProjectError> {
        let fence = advance(app, from, batch.last);
        self.prepare(batch, Some(&fence)).await?;
        let written = self.flight(true, app, Some(&fence), batch).await;
        let filled = match written {
            Ok(filled) => filled,
            Err(error) => {
                // If even this fails, the connection is gone and the transaction with it.
                self.client.batch_execute("ROLLBACK").await.ok();
                return Err(error);
            }
        };
        let commit = self.client.batch_execute("COMMIT").await;
        commit.map_err(ProjectError::postgres("commit a batch"))?;
        Ok(filled)
    }

    /// Writes a batch without a checkpoint, in a transaction of its own.
    pub(crate) async fn fill(&mut self, app: &AppId, batch: &Batch) -> Result<(), ProjectError> {
        self.prepare(batch, None).await?;
        self.flight(true, app, None, batch).await?;
        let commit = self.client.batch_execute("COMMIT").await;
        commit.map_err(ProjectError::postgres("commit a batch"))
    }

    /// Writes a batch in the transaction that is open.
    pub(crate) async fn fill_within(
        &mut self,
        app: &AppId,
        batch: &Batch,
    ) -> Result<(), ProjectError> {
        self.prepare(batch, None).await?;
        self.flight(false, app, None, batch).await.map(|_filled| ())
    }

    async fn prepare(&mut self, batch: &Batch, fence: Option<&Write>) -> Result<(), ProjectError> {
        let mut wanted: Vec<&'static str> =
            fence.into_iter().chain(&batch.writes).map(|write| write.sql).collect();
        for lookup in &batch.lookups {
            wanted.push(lookup.select().sql);
            wanted.extend(lookup.statements());
        }
        for sql in wanted {
            if !self.statements.contains_key(sql) {
                let prepared = self.client.prepare(sql).await;
                let doing = ProjectError::postgres("prepare a statement");
                self.statements.insert(sql, prepared.map_err(doing)?);
            }
        }
        Ok(())
    }

    /// Sends everything that is known before it waits for anything: Postgres always has the next
    /// statement at hand, and works on the sums while the rows that were looked up are folded here.
    /// Statements run in the order in which they were first polled. Says whether something is in the
    /// outbox.
    async fn flight(
        &self,
        begin: bool,
        app: &AppId,
        fence: Option<&Write>,
        batch: &Batch,
    ) -> Result<bool, ProjectError> {
        let mut opened = pin!(maybe_done(async {
            if begin { self.client.batch_execute("BEGIN").await } else { Ok(()) }
        }));
        send(opened.as_mut()).await;
        let fenced = self.send_all(fence.map(from_ref).unwrap_or_default()).await;
        let mut asked = Vec::with_capacity(batch.lookups.len());
        for lookup in &batch.lookups {
            let mut rows = Box::pin(maybe_done(self.query(lookup.select())));
            send(rows.as_mut()).await;
            asked.push((lookup, rows));
        }
        let sums = self.send_all(&batch.writes).await;

        opened.as_mut().await;
        let opened = opened.take_output().unwrap_or(Ok(()));
        opened.map_err(ProjectError::postgres("begin a transaction"))?;
        if let Some(fence) = fence {
            let outcomes = finish(fenced).await;
            // Whatever followed was written onto something unknown.
            if matches!(outcomes.first(), Some(Ok(0))) {
                return Err(ProjectError::Fenced { app: app.clone(), seq: batch.after });
            }
            check(app, batch, from_ref(fence), outcomes)?;
        }
        let mut late = vec![];
        for (lookup, mut rows) in asked {
            rows.as_mut().await;
            let rows = rows.as_mut().take_output().unwrap_or(Ok(vec![]));
            let rows = rows.map_err(|source| at(app, batch, lookup.select(), source))?;
            late.extend(lookup.writes(app, &rows).map_err(|error| unreadable(app, batch, error))?);
        }
        let looked_up = self.send_all(&late).await;
        check(app, batch, &batch.writes, finish(sums).await)?;
        check(app, batch, &late, finish(looked_up).await)?;
        Ok(late.iter().any(|write| write.sql == rise::INSERT))
    }

    async fn send_all<'a>(&'a self, writes: &'a [Write]) -> Vec<Sent<'a>> {
        let mut sent = Vec::with_capacity(writes.len());
        for write in writes {
            let mut executed = Box::pin(maybe_done(self.execute(write).boxed()));
            send(executed.as_mut()).await;
            sent.push(executed);
        }
        sent
    }

    async fn execute(&self, write: &Write) -> Outcome {
        self.client.execute(&self.statements[write.sql], &parameters(write)).await
    }

    async fn query(&self, select: &Write) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.client.query(&self.statements[select.sql], &parameters(select)).await
    }
}

fn parameters(write: &Write) -> Vec<&(dyn ToSql + Sync)> {
    let parameters = write.parameters.iter();
    parameters.map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect()
}

/// What became of statements that were sent.
async fn finish(sent: Vec<Sent<'_>>) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(sent.len());
    for mut executed in sent {
        executed.as_mut().await;
        outcomes.extend(executed.as_mut().take_output());
    }
    outcomes
}

/// Lets a statement go out without waiting for its answer, which is kept.
async fn send<F: Future>(statement: Pin<&mut MaybeDone<F>>) {
    let (std::task::Poll::Ready(()) | std::task::Poll::Pending) = poll!(statement);
}

/// The first thing that went wrong: what follows an error in Postgres only says that it follows one.
fn check(
    app: &AppId,
    batch: &Batch,
    writes: &[Write],
    outcomes: Vec<Outcome>,
) -> Result<(), ProjectError> {
    for (write, outcome) in writes.iter().zip(outcomes) {
        let found = outcome.map_err(|source| at(app, batch, write, source))?;
        let expected = write.rows.unwrap_or(found);
        if found != expected {
            let (app, first, last) = (app.clone(), batch.after.next(), batch.last);
            let statement = beginning(write);
            return Err(ProjectError::Mismatch { app, first, last, expected, found, statement });
        }
    }
    Ok(())
}

fn at(app: &AppId, batch: &Batch, write: &Write, source: tokio_postgres::Error) -> ProjectError {
    let (app, first, last) = (app.clone(), batch.after.next(), batch.last);
    ProjectError::Write { app, first, last, statement: beginning(write), source }
}

fn unreadable(app: &AppId, batch: &Batch, error: Unreadable) -> ProjectError {
    let (app, first, last) = (app.clone(), batch.after.next(), batch.last);
    ProjectError::Unreadable { app, first, last, what: error.to_string(), source: error.source }
}

fn beginning(write: &Write) -> String {
    write.sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}
