//! `matinee up`: everything on this machine, until Ctrl-C.

use std::process::ExitCode;

use clap::Args;
use service_kit::tasks::Tasks;
use service_kit::telemetry;

use crate::commands::Common;
use crate::supervise::home::Home;
use crate::system::System;
use crate::terminal;

#[derive(Debug, Args)]
pub(super) struct Up {}

impl Up {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let Self {} = self;
        let config = common.load()?;
        telemetry::init(&config.telemetry)?;
        let home = Home::take(&config.data_dir)?;
        let tasks = Tasks::new();
        tasks.shut_down_on_signals()?;
        let spinner = terminal::spinner("starting");
        let system = Box::pin(System::up(config, home, tasks)).await;
        spinner.finish_and_clear();
        let system = system?;
        welcome(&system);
        system.until_shutdown().await;
        let spinner = terminal::spinner("stopping");
        let stopped = system.stop().await;
        spinner.finish_and_clear();
        stopped?;
        Ok(ExitCode::SUCCESS)
    }
}

fn welcome(system: &System) {
    let addresses = &system.addresses;
    let apps: Vec<&str> = system.apps.iter().map(|app| app.id.as_str()).collect();
    terminal::line(&format!("commands  {}", addresses.command_url));
    terminal::line(&format!("queries   {}", addresses.query_url));
    terminal::line(&format!("signer    {}", addresses.signer_url));
    terminal::line(&format!("callbacks {}", addresses.callbacks_url));
    terminal::line(&format!("apps      {}", apps.join(", ")));
    terminal::line(&format!("data      {}", addresses.data_dir.display()));
    terminal::line("A token:  matinee token --role host --user host-1");
    terminal::line("Ctrl-C stops everything.");
}
