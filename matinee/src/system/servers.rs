//! NATS and Postgres: private ones, or those that the configuration names.

use service_kit::config::Secret;

use crate::config::MatineeConfig;
use crate::supervise::StartError;
use crate::supervise::home::Home;
use crate::supervise::nats_server::{self, NatsServer};
use crate::supervise::postgres_server::{self, PostgresServer};
use crate::supervise::secrets::Secrets;
use crate::system::{demo_app, registry_app};

/// The servers that this process started, and the directory that it holds.
#[derive(Debug)]
pub struct Servers {
    home: Home,
    nats: Option<NatsServer>,
    postgres: Option<PostgresServer>,
}

impl Servers {
    /// Starts what is not configured. The configuration comes back with the addresses filled in, and
    /// with the demo app if it has no app.
    pub async fn start(
        mut config: MatineeConfig,
        home: Home,
    ) -> Result<(Self, MatineeConfig), StartError> {
        let secrets = Secrets::load_or_create(&home.path)?;
        let (nats, postgres) = tokio::join!(
            start_nats(&config, &home, &secrets.nats_password),
            start_postgres(&config, &home, &secrets.postgres_password),
        );
        let (nats_error, nats) = split(nats);
        let (postgres_error, postgres) = split(postgres);
        let servers = Self { home, nats, postgres };
        if let Some(error) = nats_error.or(postgres_error) {
            // The other one may run already.
            servers.stop().await;
            return Err(error);
        }
        if let Some(nats) = &servers.nats {
            config.nats.url.clone_from(&nats.url);
            config.nats.user = Some(nats_server::USER.to_owned());
            config.nats.password = Some(secrets.nats_password);
        }
        if let Some(postgres) = &servers.postgres {
            config.postgres.url =
                Some(Secret::new(postgres_server::url(postgres.port, &secrets.postgres_password)));
        }
        if config.apps.is_empty() {
            config.apps.push(demo_app(&secrets.demo_key));
        }
        if config.registry.keys.is_empty() {
            config.registry.keys = registry_app(&[], &secrets.operator_key).keys;
        }
        if config.registry.secret.is_none() {
            config.registry.secret = Some(Secret::new(secrets.installation_secret));
        }
        Ok((servers, config))
    }

    /// The directory that holds their data.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// The port of the private Postgres, if there is one.
    pub fn postgres_port(&self) -> Option<u16> {
        self.postgres.as_ref().map(|postgres| postgres.port)
    }

    /// Stops them, both at once.
    pub async fn stop(self) {
        let nats = async {
            if let Some(nats) = self.nats {
                nats.stop().await;
            }
        };
        let postgres = async {
            if let Some(postgres) = self.postgres {
                postgres.stop().await;
            }
        };
        tokio::join!(nats, postgres);
    }
}

fn split<T>(result: Result<Option<T>, StartError>) -> (Option<StartError>, Option<T>) {
    match result {
        Ok(server) => (None, server),
        Err(error) => (Some(error), None),
    }
}

async fn start_nats(
    config: &MatineeConfig,
    home: &Home,
    password: &str,
) -> Result<Option<NatsServer>, StartError> {
    if !config.nats.url.is_empty() {
        return Ok(None);
    }
    NatsServer::start(&config.nats_server, home, password).await.map(Some)
}

async fn start_postgres(
    config: &MatineeConfig,
    home: &Home,
    password: &str,
) -> Result<Option<PostgresServer>, StartError> {
    if config.postgres.url.is_some() {
        return Ok(None);
    }
    PostgresServer::start(&config.postgres_server, home, password).await.map(Some)
}
