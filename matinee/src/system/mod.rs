//! A running Matinee: the servers and the services of this process, started in order and stopped in
//! reverse. [`servers`] are private or given, [`services`] are ours, [`addresses`] is what others in
//! this machine need to find them.

pub mod addresses;
pub(crate) mod registry;
pub mod servers;
pub mod services;
mod tables;

use std::time::Duration;

use anyhow::Context;
use domain::registry::registry_id;
use service_kit::apps::{AppConfig, Apps};
use service_kit::auth::Auth;
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::config::Secret;
use service_kit::tasks::Tasks;

use self::addresses::Addresses;
use self::servers::Servers;
use self::services::Service;
use crate::config::MatineeConfig;
use crate::supervise::home::Home;

/// The app that `matinee up` makes when none is configured.
pub const DEMO_APP: &str = "demo";

/// Everything that runs.
#[derive(Debug)]
pub struct System {
    /// Where to find it.
    pub addresses: Addresses,
    /// The apps that it serves.
    pub apps: Vec<AppConfig>,
    /// The configuration with the addresses of the servers filled in.
    pub config: MatineeConfig,
    tasks: Tasks,
    servers: Servers,
}

impl System {
    /// Starts the servers, then all services as `tasks`, and waits until they can do their work. A
    /// shutdown of the tasks ends the start too.
    pub async fn up(config: MatineeConfig, home: Home, tasks: Tasks) -> anyhow::Result<Self> {
        let shutdown = tasks.shutdown_token();
        tokio::select! {
            started = Self::start(config, home, tasks) => started,
            // What runs by then is killed as it is dropped, and in order at the next start.
            () = shutdown.cancelled() => anyhow::bail!("stopped while starting"),
        }
    }

    async fn start(config: MatineeConfig, home: Home, tasks: Tasks) -> anyhow::Result<Self> {
        let (servers, config) = Servers::start(config, home).await?;
        match services::start(&config, &Service::ALL, &tasks).await {
            Ok(listening) => {
                let addresses = Addresses::new(&config, listening, &servers);
                addresses.write(&servers.home().run_file())?;
                let apps = config.apps.clone();
                Ok(Self { addresses, apps, config, tasks, servers })
            }
            Err(error) => {
                servers.stop().await;
                Err(error)
            }
        }
    }

    /// Ends when somebody asks for it: a signal, a failure.
    pub async fn until_shutdown(&self) {
        self.tasks.shutdown_token().cancelled().await;
    }

    /// Stops the services, then the servers. An error if a service had failed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.tasks.shut_down();
        let limit = Duration::from_millis(self.config.stop_timeout_ms);
        let stopped = self.tasks.wait(limit).await;
        Addresses::forget(&self.servers.home().run_file());
        self.servers.stop().await;
        stopped.context("a service failed")
    }
}

/// The tokens of the configured apps.
pub(crate) fn auth(config: &MatineeConfig) -> anyhow::Result<Auth> {
    let apps =
        Apps::with_registry(&config.apps, &config.registry).context("`apps` cannot be used")?;
    Ok(Auth::new(apps, config.auth.clone()))
}

/// The app of a data directory that has none configured, signed with the key in its secrets.
pub(crate) fn demo_app(key: &str) -> AppConfig {
    #[expect(clippy::expect_used, reason = "a constant that is an app id")]
    let id = DEMO_APP.parse().expect("an app id");
    AppConfig::new(id, vec![shared_key("demo-1", key)])
}

/// The registry as far as it can sign tokens: with the configured keys, or with the one in the
/// secrets of a data directory.
pub(crate) fn registry_app(configured: &[AuthKeyConfig], operator_key: &str) -> AppConfig {
    let keys = match configured {
        [] => vec![shared_key("operator-1", operator_key)],
        keys => keys.to_vec(),
    };
    AppConfig::new(registry_id(), keys)
}

fn shared_key(kid: &str, key: &str) -> AuthKeyConfig {
    AuthKeyConfig {
        kid: kid.into(),
        alg: KeyAlgorithm::HS256,
        secret: Some(Secret::new(key.to_owned())),
        public_key: None,
        private_key: None,
    }
}
