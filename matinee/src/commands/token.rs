//! `matinee token`: a token, signed with the first key of an app that signs such ones.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use domain::actor::Role;
use domain::ids::{AppId, UserId};
use domain::registry::is_registry;
use service_kit::apps::AppConfig;
use service_kit::auth::key::KeyAlgorithm;
use service_kit::auth::usersig;
use service_kit::clock;

use crate::commands::Common;
use crate::demo::target;
use crate::replay::Tokens;
use crate::supervise::secrets::Secrets;
use crate::system::{demo_app, registry_app};
use crate::terminal;

#[derive(Debug, Args)]
pub(super) struct Token {
    /// What it allows.
    #[arg(long, required_unless_present = "usersig")]
    role: Option<TokenRole>,
    /// A `UserSig` as Tencent's libraries make it; what it allows is the app's to say.
    #[arg(long, conflicts_with = "role")]
    usersig: bool,
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
        let token = match self.role {
            Some(role) => self.jwt(&config.apps, role.into())?,
            None => self.usersig(&config.apps)?,
        };
        terminal::line(&token);
        Ok(ExitCode::SUCCESS)
    }

    fn jwt(&self, apps: &[AppConfig], role: Role) -> anyhow::Result<String> {
        let (app, key) = target::key(apps, self.app.as_ref())?;
        Ok(Tokens::new(app, key, self.ttl_s).sign(&self.user, role)?)
    }

    fn usersig(&self, apps: &[AppConfig]) -> anyhow::Result<String> {
        let app = target::app(apps, self.app.as_ref())?;
        let config = app.usersig.as_ref().context("the app has no `usersig`")?;
        let key = app.keys.iter().find(|key| key.alg == KeyAlgorithm::UserSig);
        let key = key.context("the app has no key with alg `UserSig`")?;
        let now_s = clock::now().0 / 1_000;
        let ttl_s = i64::from(self.ttl_s);
        Ok(usersig::sign(key, config.sdk_app_id, self.user.as_str(), now_s, ttl_s)?)
    }
}

impl From<TokenRole> for Role {
    fn from(role: TokenRole) -> Self {
        match role {
            TokenRole::Admin => Self::Admin,
            TokenRole::Host => Self::Host,
            TokenRole::Assistant => Self::Assistant,
            TokenRole::Viewer => Self::Viewer,
            TokenRole::Guest => Self::Guest,
        }
    }
}
