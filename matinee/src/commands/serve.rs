//! `matinee serve <service>...`: some services, for a deployment where NATS and Postgres are run by
//! somebody else.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use clap::Args;
use service_kit::tasks::Tasks;
use service_kit::telemetry;

use crate::commands::Common;
use crate::system::services::{self, Service};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Which.
    #[arg(required = true)]
    services: Vec<Service>,
}

impl Serve {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let config = common.load()?;
        telemetry::init(&config.telemetry)?;
        let nobody = config.apps.is_empty() && config.registry.keys.is_empty();
        ensure!(!nobody, "`apps` and `registry.keys` are empty: there is nobody to serve");
        ensure!(!config.nats.url.is_empty(), "`nats.url` is not set");
        let needs_postgres = self.services.contains(&Service::Projector);
        ensure!(
            !needs_postgres || config.postgres.url.is_some(),
            "`postgres.url` is not set, and the projector writes to it"
        );
        let tasks = Tasks::new();
        tasks.shut_down_on_signals()?;
        let listening = services::start(&config, &self.services, &tasks).await?;
        tracing::info!(?listening, "services started");
        tasks.wait(Duration::from_millis(config.stop_timeout_ms)).await?;
        Ok(ExitCode::SUCCESS)
    }
}
