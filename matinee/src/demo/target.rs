//! The system that a show is played into: one in this process, or one that `matinee up` runs.

use std::path::Path;

use anyhow::Context;
use domain::actor::Role;
use domain::ids::AppId;
use migrations::connection::PostgresConfig;
use nats::NatsConfig;
use service_kit::apps::AppConfig;
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::config::Secret;

use crate::config::MatineeConfig;
use crate::replay::Tokens;
use crate::supervise::nats_server;
use crate::supervise::postgres_server;
use crate::supervise::secrets::Secrets;
use crate::system::addresses::Addresses;
use crate::system::{System, demo_app};

/// Longer than any show at any speed.
const TOKEN_TTL_S: u32 = 24 * 60 * 60;

/// Where to send, where to watch, where to count.
#[derive(Debug, Clone)]
pub struct Target {
    /// The command-service.
    pub command_url: String,
    /// The query-service.
    pub query_url: String,
    /// Tokens of one app.
    pub tokens: Tokens,
    /// The log.
    pub nats: NatsConfig,
    /// The read models.
    pub postgres: PostgresConfig,
}

impl Target {
    /// The system of this process.
    pub fn of_system(system: &System, app: Option<&AppId>) -> anyhow::Result<Self> {
        let config = &system.config;
        Ok(Self {
            command_url: system.addresses.command_url.clone(),
            query_url: system.addresses.query_url.clone(),
            tokens: tokens(&config.apps, app)?,
            nats: config.nats.clone(),
            postgres: config.postgres.clone(),
        })
    }

    /// The system that runs with this data directory, with the same configuration.
    pub fn of_running(
        config: &MatineeConfig,
        data_dir: &Path,
        app: Option<&AppId>,
    ) -> anyhow::Result<Self> {
        let addresses = Addresses::read(data_dir)?;
        let secrets = Secrets::load_or_create(data_dir)?;
        let mut nats = config.nats.clone();
        if nats.url.is_empty() {
            nats.url.clone_from(&addresses.nats_url);
            nats.user = Some(nats_server::USER.to_owned());
            nats.password = Some(secrets.nats_password);
        }
        let mut postgres = config.postgres.clone();
        if let Some(port) = addresses.postgres_port {
            let url = postgres_server::url(port, &secrets.postgres_password);
            postgres.url = Some(Secret::new(url));
        }
        let demo = [demo_app(&secrets.demo_key)];
        let apps = if config.apps.is_empty() { &demo[..] } else { &config.apps };
        Ok(Self {
            command_url: addresses.command_url,
            query_url: addresses.query_url,
            tokens: tokens(apps, app)?,
            nats,
            postgres,
        })
    }

    /// The app that is played in.
    pub fn app(&self) -> &AppId {
        self.tokens.app()
    }

    /// A token for somebody who only watches.
    pub fn watcher_token(&self) -> anyhow::Result<String> {
        let watcher = "matinee-watcher".parse()?;
        Ok(self.tokens.sign(&watcher, Role::Viewer)?)
    }
}

fn tokens(apps: &[AppConfig], app: Option<&AppId>) -> anyhow::Result<Tokens> {
    let (app, key) = key(apps, app)?;
    Ok(Tokens::new(app, key, TOKEN_TTL_S))
}

/// The app that is asked for, else the first.
pub fn app<'a>(apps: &'a [AppConfig], app: Option<&AppId>) -> anyhow::Result<&'a AppConfig> {
    let found = match app {
        Some(id) => apps.iter().find(|app| app.id == *id),
        None => apps.first(),
    };
    found.context("there is no such app in the configuration")
}

/// Its first key that signs JWTs.
pub fn key(apps: &[AppConfig], app: Option<&AppId>) -> anyhow::Result<(AppId, AuthKeyConfig)> {
    let app = self::app(apps, app)?;
    let key = app.keys.iter().find(|key| key.alg != KeyAlgorithm::UserSig);
    let key = key.context("the app has no key for JWTs")?;
    Ok((app.id.clone(), key.clone()))
}
