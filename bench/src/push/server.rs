//! `bench push-server`: our query-service alone in a process of its own, as `bench push` starts it.
//! Asked with a line, it answers with one: how long rooms waited.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout};

use anyhow::Context;
use domain::actor::Role;
use domain::ids::AppId;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
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
    /// Says each figure of who is there as soon as it knows it.
    #[arg(long)]
    figures: bool,
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

/// A token of a viewer.
pub(super) fn token(user: &str) -> anyhow::Result<String> {
    let claims = Claims {
        sub: user.parse()?,
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
    // Without buckets a histogram is given out by its quantiles.
    let metrics = PrometheusBuilder::new().install_recorder()?;
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
    if options.figures {
        config.hub.online_wait_ms = 0;
        config.presence.exchange_ms = 50;
        (config.presence.push_pause_ms, config.presence.push_within_ms) = (0, 0);
    }
    let tasks = Tasks::new();
    let neighbours =
        Neighbours { nats, postgres: PostgresConfig::default(), auth, tasks: tasks.clone() };
    let running = query_service::start(config, neighbours)?;
    tokio::time::timeout(std::time::Duration::from_secs(10), running.ready())
        .await
        .context("the log cannot be read")?;
    println!("{}", running.addr);
    std::thread::spawn(move || {
        for _asked in std::io::stdin().lines() {
            println!("{}", waits(&metrics));
        }
    });
    std::future::pending().await
}

/// Milliseconds for which items of small rooms waited: the median and the 99th percentile.
fn waits(metrics: &PrometheusHandle) -> String {
    let text = metrics.render();
    let quantile = |quantile: &str| {
        let name = format!("query_push_wait_seconds{{room=\"small\",quantile=\"{quantile}\"}} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&name));
        value.and_then(|value| value.parse::<f64>().ok()).unwrap_or_default() * 1e3
    };
    format!("{} {}", quantile("0.5"), quantile("0.99"))
}

/// The way to ask it.
pub(super) struct Report {
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Report {
    pub(super) fn new(child: &mut Child) -> anyhow::Result<Self> {
        let ask = child.stdin.take().context("its input is piped")?;
        let answers = child.stdout.take().context("its output is piped")?;
        Ok(Self { ask, answers: BufReader::new(answers) })
    }

    /// The next line that it says.
    pub(super) fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// As [`waits`].
    pub(super) fn waits(&mut self) -> anyhow::Result<[f64; 2]> {
        writeln!(self.ask)?;
        let line = self.line()?;
        let (median, high) = line.split_once(' ').context("our server does not answer")?;
        Ok([median.parse()?, high.parse()?])
    }
}
