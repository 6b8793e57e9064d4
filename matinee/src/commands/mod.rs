//! The subcommands, one file each.

mod config;
mod demo;
mod doctor;
mod generate_show;
mod rebuild;
mod replay_recording;
mod serve;
mod token;
mod up;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::MatineeConfig;

/// Self-hosted backend for live commerce.
#[derive(Debug, Parser)]
#[command(name = "matinee", version, propagate_version = true)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every subcommand takes.
#[derive(Debug, Args)]
struct Common {
    /// Configuration on top of the defaults (`matinee config defaults` prints those).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where `up` keeps everything; overrides `data_dir`.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl Common {
    fn load(&self) -> anyhow::Result<MatineeConfig> {
        let mut config = MatineeConfig::load(self.config.as_deref())?;
        if let Some(data_dir) = &self.data_dir {
            config.data_dir.clone_from(data_dir);
        }
        Ok(config)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything on this machine, with a private nats-server and Postgres.
    Up(up::Up),
    /// Run some services against given NATS and Postgres.
    Serve(serve::Serve),
    /// Play a show through the whole system and compare what every part counted.
    Demo(demo::Demo),
    /// Play a recorded room through the command API of a running system.
    ReplayRecording(replay_recording::ReplayRecording),
    /// Write a show of our own as a recording.
    GenerateShow(generate_show::GenerateShow),
    /// Print a token, signed with a key of the configuration.
    Token(token::Token),
    /// Print or check the configuration.
    Config(config::Config),
    /// Say what is missing on this machine and how to get it.
    Doctor(doctor::Doctor),
    /// Fill a read model anew beside the live one, compare, switch.
    Rebuild(rebuild::Rebuild),
    /// Compare read models with what the log says, and change nothing.
    Audit(rebuild::Audit),
}

impl Arguments {
    /// Does what was asked for.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let Self { common, command } = self;
        match command {
            Command::Up(up) => Box::pin(up.run(&common)).await,
            Command::Serve(serve) => Box::pin(serve.run(&common)).await,
            Command::Demo(demo) => Box::pin(demo.run(&common)).await,
            Command::ReplayRecording(replay) => Box::pin(replay.run(&common)).await,
            Command::GenerateShow(generate) => generate.run(),
            Command::Token(token) => token.run(&common),
            Command::Config(config) => config.run(&common),
            Command::Doctor(doctor) => doctor.run(&common),
            Command::Rebuild(rebuild) => Box::pin(rebuild.run(&common)).await,
            Command::Audit(audit) => Box::pin(audit.run(&common)).await,
        }
    }
}
