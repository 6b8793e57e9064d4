//! `bench push-server`: our query-service alone in a process of its own, as `bench push` starts it.

use anyhow::Context;
use domain::actor::Role;
use domain::ids::AppId;
use migrations::connection::PostgresConfig;
use nats::client::Nats;
use nats::config::NatsConfig;
use query_service::{Neighbours, QueryConfig};
use service_kit::apps::{AppConfig, Apps};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::{Auth, AuthConfig, Claims, sign};
use service_kit::clock;
use service_kit::config::Secret;
use service_kit::tasks::Tasks;

/// What `bench push` says to it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Address of the nats-server.
    #[arg(long)]
    nats: String,
    /// Neither ticks nor leaves anything out.
    #[arg(long)]
    plain: bool,
}

pub(super) const APP: &str = "bench";

fn key() -> AuthKeyConfig {
    AuthKeyConfig {
        kid: "bench".to_owned(),
        alg: KeyAlgorithm::HS256,
        secret: Some(Secret::new("a secret of the benchmark, long enough".to_owned())),
        public_key: None,
        private_key: None,
    }
}

/// A token for every viewer.
pub(super) fn token() -> anyhow::Result<String> {
    let claims = Claims {
        sub: "viewer".parse()?,
        app: APP.parse()?,
        role: Role::Viewer,
        nick: None,
        avatar: None,
        rooms: None,
        iat: None,
        nbf: None,
        exp: clock::now().0 / 1_000 + 3_600,
    };
    Ok(sign(&key(), &claims)?)
}

/// Serves until it is killed; says where on its first line.
pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    super::process::raise_descriptor_limit()?;
    let app: AppId = APP.parse()?;
    let nats = Nats::connect(&NatsConfig { url: options.nats, ..NatsConfig::default() }).await?;
    let auth =
        Auth::new(Apps::try_new(&[AppConfig::new(app, vec![key()])])?, AuthConfig::default());
    let mut config = QueryConfig::default();
    config.http.connections_max = 19_000;
    config.http.backlog = 4_096;
    if options.plain {
        config.hub.tick_ms = 0;
        config.hub.shaping.normal_items_per_s = 0;
    }
    let tasks = Tasks::new();
    let neighbours =
        Neighbours { nats, postgres: PostgresConfig::default(), auth, tasks: tasks.clone() };
    let running = query_service::start(config, neighbours)?;
    tokio::time::timeout(std::time::Duration::from_secs(10), running.ready())
        .await
        .context("the log cannot be read")?;
    println!("{}", running.addr);
    std::future::pending().await
}
