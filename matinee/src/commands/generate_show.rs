//! `matinee generate-show`: a recording for those who have none.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::{show, terminal};

#[derive(Debug, Args)]
pub(super) struct GenerateShow {
    /// The same seed gives the same show.
    #[arg(long, default_value_t = show::DEFAULT_SEED)]
    seed: u64,
    /// Where to write it; standard output if absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl GenerateShow {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let text = show::to_ndjson(&show::generate(self.seed))?;
        match self.out {
            Some(path) => std::fs::write(&path, text)
                .with_context(|| format!("cannot write `{}`", path.display()))?,
            None => terminal::raw(&text),
        }
        Ok(ExitCode::SUCCESS)
    }
}
