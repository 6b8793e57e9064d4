//! `matinee config print|check|defaults`.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use signer_service::config::StreamApps;

use crate::commands::Common;
use crate::config::DEFAULTS;
use crate::system::auth;
use crate::terminal;

#[derive(Debug, Args)]
pub(super) struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The configuration in force, secrets left out.
    Print,
    /// Whether it can be used; says what is wrong.
    Check,
    /// Every key with its default and what it means.
    Defaults,
}

impl Config {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Defaults => terminal::raw(DEFAULTS),
            What::Print => {
                let text = service_kit::config::render(&common.load()?);
                terminal::raw(&text.context("the configuration cannot be printed")?);
            }
            What::Check => {
                let config = common.load()?;
                auth(&config)?;
                config.command.check()?;
                config.query.check()?;
                StreamApps::try_new(&config.signer)?;
                terminal::line("the configuration is good");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
