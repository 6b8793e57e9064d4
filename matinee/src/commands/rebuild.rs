//! `matinee rebuild <model>` and `matinee audit`: the read models against the log.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use domain::ids::AppId;
use indicatif::ProgressBar;
use nats::Nats;
use projector::{Mode, Progress, RebuildReport, Rebuilder};

use crate::commands::Common;
use crate::config::MatineeConfig;
use crate::demo::Target;
use crate::system::{DEMO_APP, auth, registry};
use crate::terminal::{self, Colour, paint};

#[derive(Debug, Args)]
pub(super) struct Rebuild {
    /// Which read model.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(projector::model_names()))]
    model: String,
    /// Switch also if the new rows differ from the live ones.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Which read models; all if none is named.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(projector::model_names()))]
    models: Vec<String>,
}

impl Rebuild {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let mode = if self.force { Mode::Force } else { Mode::Rebuild };
        run(common, &[self.model], mode).await
    }
}

impl Audit {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let all = || projector::model_names().map(str::to_owned).collect();
        let models = if self.models.is_empty() { all() } else { self.models };
        run(common, &models, Mode::Audit).await
    }
}

async fn run(common: &Common, models: &[String], mode: Mode) -> anyhow::Result<ExitCode> {
    let config = common.load()?;
    let (rebuilder, apps) = connect(&config).await?;
    let mut is_equal = true;
    for model in models {
        let bar = terminal::bar(0);
        let mut progress = |progress: Progress| show(&bar, progress);
        let report = rebuilder.rebuild(model, &apps, mode, &mut progress).await;
        bar.finish_and_clear();
        let report = report.with_context(|| format!("`{model}` cannot be rebuilt"))?;
        is_equal &= report.differing.is_empty();
        print(&report);
    }
    Ok(if is_equal || mode == Mode::Force { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// To given servers, or to those of a running `matinee up`.
async fn connect(config: &MatineeConfig) -> anyhow::Result<(Rebuilder, Vec<AppId>)> {
    let given = !config.nats.url.is_empty() && config.postgres.url.is_some();
    let (nats, postgres) = if given {
        (config.nats.clone(), config.postgres.clone())
    } else {
        let target = Target::of_running(config, &config.data_dir, None)?;
        (target.nats, target.postgres)
    };
    let mut apps: Vec<AppId> = auth(config)?.apps().configured_ids().cloned().collect();
    if apps.is_empty() {
        apps.push(DEMO_APP.parse()?);
    }
    let nats = Nats::connect(&nats).await.context("cannot connect to NATS")?;
    let registry = registry::Follower::begin(&nats).await.context("the registry is not known")?;
    apps.extend(registry.apps().cloned());
    Ok((Rebuilder::new(nats, postgres, config.projector.clone()), apps))
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
    bar.set_message(match progress.phase {
        projector::Phase::Filling => "commits read",
        projector::Phase::Comparing => "comparing",
        projector::Phase::Switching => "switching",
    });
}

fn print(report: &RebuildReport) {
    let RebuildReport { model, rows, events, seconds, .. } = report;
    let came_out = match (report.compared, report.differing.is_empty(), report.switched) {
        (true, true, true) => paint(Colour::Green, "equal, switched"),
        (true, true, false) => paint(Colour::Green, "equal"),
        (false, _, _) => "nothing to compare with, switched".to_owned(),
        (true, false, true) => paint(Colour::Red, "different, switched all the same"),
        (true, false, false) => paint(Colour::Red, "DIFFERENT, not switched"),
    };
    terminal::line(&format!(
        "{model:<16} {rows:>9} rows from {events:>9} events in {seconds:.1} s: {came_out}"
    ));
    for differing in &report.differing {
        let (table, missing) = (differing.table, differing.missing);
        let (unexplained, first) =
            (differing.unexplained, terminal::harmless(&differing.first_key));
        terminal::line(&format!(
            "    {table}: {missing} rows are missing, {unexplained} are not in the log, first {first}"
        ));
    }
}
