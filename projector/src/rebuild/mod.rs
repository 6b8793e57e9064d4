//! Makes a read model anew from the log, beside the live one, and puts it in its place.
//!
//! The new tables stand in a schema of their own (`scratch.rs`). They are filled from the first
//! commit on (`fill.rs`), compared with the live tables at one and the same place of every log
//! (`compare.rs`), and switched in one transaction (`switch.rs`). Live projection goes on all the
//! while; only the switch holds it up, for as long as the last few commits take. An audit is the
//! same without the switch.

mod compare;
mod fill;
mod report;
mod scratch;
mod switch;

use std::time::Instant;

use domain::ids::AppId;
use migrations::connection::PostgresConfig;
use migrations::model::{MODELS, Model, find};
use nats::Nats;

use self::fill::Fill;
pub use self::report::{Difference, Mode, Phase, Progress, RebuildError, RebuildReport};
use self::scratch::Scratch;
use crate::config::ProjectorConfig;
use crate::connection::Connection;
use crate::error::ProjectError;

/// The names of the models that can be rebuilt.
pub fn names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|model| model.name)
}

/// Rebuilds and audits.
#[derive(Debug)]
pub struct Rebuilder {
    nats: Nats,
    postgres: PostgresConfig,
    config: ProjectorConfig,
}

impl Rebuilder {
    /// Connects when it is used.
    pub fn new(nats: Nats, postgres: PostgresConfig, config: ProjectorConfig) -> Self {
        Self { nats, postgres, config }
    }

    /// Rebuilds or audits one model for all apps. `apps` are those that are configured: an app that
    /// has rows and is not among them would lose them, and is an error.
    pub async fn rebuild(
        &self,
        model: &str,
        apps: &[AppId],
        mode: Mode,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<RebuildReport, RebuildError> {
        let model =
            find(model).ok_or_else(|| RebuildError::UnknownModel { model: model.to_owned() })?;
        let scratch = Scratch::name(model, mode);
        let mut connection =
            Connection::open(&self.postgres, &self.config, &scratch.schema).await?;
        scratch.create(connection.client_mut()).await?;
        let result = self.run(&mut connection, &scratch, apps, mode, progress).await;
        if !matches!(&result, Ok(report) if report.switched) {
            // Left behind only if Postgres is away; then the next rebuild drops it.
            scratch.drop(connection.client()).await.ok();
        }
        // Without Postgres the lock is gone too.
        Scratch::unlock(connection.client()).await.ok();
        result
    }

    async fn run(
        &self,
        connection: &mut Connection,
        scratch: &Scratch,
        apps: &[AppId],
        mode: Mode,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<RebuildReport, RebuildError> {
        let began = Instant::now();
        let Self { nats, config, .. } = self;
        let model: &'static Model = scratch.model;
        let mut fill = Fill::new(nats, config, model, apps, progress);
        fill.catch_up(connection, false).await?;
        scratch.index(connection.client(), config).await?;
        // What came in the meantime; then little is left for the transactions below.
        fill.catch_up(connection, false).await?;

        scratch::begin_snapshot(connection.client(), config).await?;
        fill.catch_up(connection, true).await?;
        fill.report_phase(Phase::Comparing);
        let compared = compare::compare(connection.client(), scratch).await?;
        scratch::commit(connection.client()).await?;

        let mut report = RebuildReport {
            model: model.name,
            version: model.version,
            rows: compared.rows,
            events: fill.events,
            seconds: 0.0,
            compared: compared.live_exists,
            differing: compared.differing,
            switched: false,
        };
        let may_switch = match mode {
            Mode::Audit => false,
            Mode::Rebuild => report.differing.is_empty(),
            Mode::Force => true,
        };
        if may_switch {
            fill.report_phase(Phase::Switching);
            switch::begin(connection.client(), config).await?;
            fill.catch_up(connection, true).await?;
            switch::finish(connection.client(), scratch).await?;
            report.switched = true;
            report.events = fill.events;
        }
        report.seconds = began.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// What Postgres was asked for and did not do.
fn postgres(doing: &'static str) -> impl Fn(tokio_postgres::Error) -> RebuildError {
    move |source| RebuildError::Project(ProjectError::Postgres { doing, source })
}
