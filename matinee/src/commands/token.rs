//! `matinee token`: a token, signed with the first key of an app.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use domain::actor::Role;
use domain::ids::{AppId, UserId};
use domain::registry::is_registry;

use crate::commands::Common;
use crate::demo::target;
use crate::replay::Tokens;
use crate::supervise::secrets::Secrets;
use crate::system::{demo_app, registry_app};
use crate::terminal;

#[derive(Debug, Args)]
pub(super) struct Token {
    /// What it allows.
    #[arg(long)]
    role: TokenRole,
    /// Who.
    #[arg(long)]
    user: UserId,
    /// The app; the first of the configuration if absent. `matinee` is for operators.
    #[arg(long)]
    app: Option<AppId>,
    /// Seconds until it expires.
    #[arg(long, default_value_t = 3_600)]
    ttl_s: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TokenRole {
    Admin,
    Host,
    Assistant,
    Viewer,
    Guest,
}

impl Token {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let mut config = common.load()?;
        if config.apps.is_empty() {
            std::fs::create_dir_all(&config.data_dir)?;
            config.apps.push(demo_app(&Secrets::load_or_create(&config.data_dir)?.demo_key));
        }
        if self.app.as_ref().is_some_and(is_registry) {
            let operator_key = if config.registry.keys.is_empty() {
                std::fs::create_dir_all(&config.data_dir)?;
                Secrets::load_or_create(&config.data_dir)?.operator_key
            } else {
                String::new()
            };
            config.apps.push(registry_app(&config.registry.keys, &operator_key));
        }
        let (app, key) = target::key(&config.apps, self.app.as_ref())?;
        let role = match self.role {
            TokenRole::Admin => Role::Admin,
            TokenRole::Host => Role::Host,
            TokenRole::Assistant => Role::Assistant,
            TokenRole::Viewer => Role::Viewer,
            TokenRole::Guest => Role::Guest,
        };
        let token = Tokens::new(app, key, self.ttl_s).sign(&self.user, role)?;
        terminal::line(&token);
        Ok(ExitCode::SUCCESS)
    }
}
