//! One more query service beside those of a cluster, as a process of its own.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use matinee::supervise::port;
use matinee::supervise::secrets::Secrets;
use nix::sys::signal::Signal;

use crate::cluster::{Cluster, signal};
use crate::eventually::eventually;
use crate::program;

const START_LIMIT: Duration = Duration::from_mins(1);

/// A query service that runs. Stopped when dropped.
#[derive(Debug)]
pub struct QueryInstance {
    process: Child,
    /// Where it listens.
    pub url: String,
}

impl Cluster {
    /// Starts one for the app `demo`, with more settings, and waits until it can answer.
    pub async fn another_query_service(&self, more: &str) -> QueryInstance {
        let target = self.target();
        let secrets = Secrets::load_or_create(&self.home()).expect("the secrets");
        let (nats, postgres) = (target.nats, target.postgres.url.expect("an address"));
        let address = format!("127.0.0.1:{}", port::configured_or_free(0).expect("a free port"));
        let settings = format!(
            "{more}\n\
             query.http.listen = \"{address}\"\n\
             nats.url = \"{}\"\n\
             nats.user = \"{}\"\n\
             nats.password = \"{}\"\n\
             postgres.url = \"{}\"\n\
             [[apps]]\n\
             id = \"{}\"\n\
             [[apps.keys]]\n\
             kid = \"demo-1\"\n\
             alg = \"HS256\"\n\
             secret = \"{}\"\n",
            nats.url,
            nats.user.expect("a user"),
            nats.password.expect("a password"),
            postgres.expose(),
            target.tokens.app(),
            secrets.demo_key,
        );
        let file = self.directory().join("query.toml");
        fs::write(&file, settings).expect("a settings file");
        let log = File::create(self.directory().join("query.log")).expect("a log");
        let mut command = Command::new(program::matinee());
        command.arg("--config").arg(file).args(["serve", "query"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut process = command.spawn().expect("the program starts");
        let url = format!("http://{address}");
        let log = self.directory().join("query.log");
        eventually("another query service is ready", START_LIMIT, async || {
            if let Some(status) = process.try_wait().expect("it can be asked for") {
                let log = fs::read_to_string(&log).unwrap_or_default();
                panic!("it ended with {status}: {log}");
            }
            let answer = reqwest::get(format!("{url}/readyz")).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        QueryInstance { process, url }
    }
}

impl Drop for QueryInstance {
    fn drop(&mut self) {
        signal(&self.process, Signal::SIGTERM);
        self.process.wait().ok();
    }
}
