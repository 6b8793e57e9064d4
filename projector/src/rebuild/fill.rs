//! Fills the new tables from the logs of all apps, up to where the live tables stand.

use std::collections::BTreeMap;

use domain::ids::{AppId, LogSeq};
use domain::level::rule::LevelRule;
use futures_util::try_join;
use migrations::model::Model;
use nats::Nats;
use tokio_postgres::Client;

use super::postgres;
use super::report::{Phase, Progress, RebuildError};
use crate::batch::Folder;
use crate::checkpoint::READER;
use crate::config::ProjectorConfig;
use crate::connection::Connection;
use crate::error::ProjectError;
use crate::source::Source;

/// One source for each app, from its first commit on.
pub(super) struct Fill<'a> {
    nats: &'a Nats,
    config: ProjectorConfig,
    model: &'static Model,
    apps: &'a [AppId],
    sources: BTreeMap<AppId, Source>,
    progress: &'a mut (dyn FnMut(Progress) + Send),
    done: u64,
    total: u64,
    pub(super) events: u64,
}

impl<'a> Fill<'a> {
    pub(super) fn new(
        nats: &'a Nats,
        config: &ProjectorConfig,
        model: &'static Model,
        apps: &'a [AppId],
        progress: &'a mut (dyn FnMut(Progress) + Send),
    ) -> Self {
        // There is nothing live about a rebuild.
        let config =
            ProjectorConfig { batch_events_live: config.batch_events_catch_up, ..config.clone() };
        let sources = BTreeMap::new();
        Self { nats, config, model, apps, sources, progress, done: 0, total: 0, events: 0 }
    }

    /// Reads every log on to the checkpoint of the live tables: within the transaction that is open
    /// and as it sees them, or in a transaction for each batch.
    pub(super) async fn catch_up(
        &mut self,
        connection: &mut Connection,
        within: bool,
    ) -> Result<(), RebuildError> {
        let checkpoints = self.checkpoints(connection.client()).await?;
        self.total = checkpoints.iter().map(|(_, seq)| seq.0).sum();
        for (app, until) in checkpoints {
            if until == LogSeq(0) {
                continue;
            }
            if !self.sources.contains_key(&app) {
                let source = self.open(&app, until).await?;
                self.sources.insert(app.clone(), source);
            }
            self.fill(connection, &app, until, within).await?;
        }
        Ok(())
    }

    pub(super) fn report_phase(&mut self, phase: Phase) {
        (self.progress)(Progress { phase, done: self.done, total: self.total });
    }

    async fn fill(
        &mut self,
        connection: &mut Connection,
        app: &AppId,
        until: LogSeq,
        within: bool,
    ) -> Result<(), RebuildError> {
        let Some(source) = self.sources.get_mut(app) else { return Ok(()) };
        let mut next = source.next(until).await?;
        while let Some(batch) = next {
            let write = async {
                if within {
                    connection.fill_within(app, &batch).await
                } else {
                    connection.fill(app, &batch).await
                }
            };
            let ((), read) = try_join!(write, source.next(until))?;
            self.events += batch.events as u64;
            self.done += batch.last.0 - batch.after.0;
            let (phase, done, total) = (Phase::Filling, self.done, self.total);
            (self.progress)(Progress { phase, done, total });
            next = read;
        }
        Ok(())
    }

    /// Where the live tables of each app stand.
    async fn checkpoints(&self, client: &Client) -> Result<Vec<(AppId, LogSeq)>, RebuildError> {
        let select = "SELECT app, seq FROM matinee.checkpoint WHERE reader = $1 ORDER BY app";
        let rows = client.query(select, &[&READER]).await;
        let rows = rows.map_err(postgres("read the checkpoints"))?;
        let mut checkpoints = Vec::with_capacity(rows.len());
        for row in rows {
            let (name, seq): (&str, i64) = (row.get(0), row.get(1));
            match self.apps.iter().find(|app| app.as_str() == name) {
                Some(app) => checkpoints.push((app.clone(), LogSeq(seq.unsigned_abs()))),
                None if seq == 0 => {}
                None => return Err(RebuildError::AppNotConfigured { app: name.to_owned() }),
            }
        }
        Ok(checkpoints)
    }

    async fn open(&self, app: &AppId, checkpoint: LogSeq) -> Result<Source, RebuildError> {
        let opened = self.nats.open_existing_log(app).await;
        let log = opened.map_err(|source| ProjectError::OpenLog { app: app.clone(), source })?;
        // Otherwise the rebuild would wait for commits that nobody will ever write.
        if let Ok(last) = log.last_seq().await
            && last < checkpoint
        {
            let (app, last, checkpoint) = (app.clone(), last.0, checkpoint.0);
            return Err(RebuildError::LogTooShort { app, last, checkpoint });
        }
        let folder = Folder::new(app.clone(), &[self.model.name], &LevelRule::default());
        let tail = log.tail(LogSeq(0), self.config.tail());
        Ok(Source::new(tail, LogSeq(0), folder, &self.config))
    }
}
