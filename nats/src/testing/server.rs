//! A private nats-server on a free port, in a directory of its own, gone when dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::config::NatsConfig;

const START_LIMIT: Duration = Duration::from_secs(10);

/// A running nats-server with JetStream and `sync_interval: always`.
#[derive(Debug)]
pub struct TestServer {
    directory: TempDir,
    port: u16,
    process: Option<Child>,
}

impl TestServer {
    /// Starts one and waits until it can be spoken to.
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut server = Self { directory, port: 0, process: None };
        // The server picks the port itself and says which: nobody can take it in between.
        server.write_config(-1);
        server.spawn();
        server.port = server.port_picked().await;
        server.write_config(i32::from(server.port));
        server.until_it_speaks().await;
        server
    }

    /// Where it listens: `nats://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The port alone.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The default settings with its address.
    pub fn config(&self) -> NatsConfig {
        NatsConfig { url: self.url(), ..NatsConfig::default() }
    }

    /// Ends it without a chance to put anything in order (SIGKILL).
    pub fn kill9(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("the server can be killed");
            process.wait().expect("the server has ended");
        }
    }

    /// Starts it again on the same port and directory; kills it first when it runs.
    pub async fn restart(&mut self) {
        self.kill9();
        self.spawn();
        self.until_it_speaks().await;
    }

    /// Stops it in its tracks (SIGSTOP): connections stay, nothing is answered.
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets it go on (SIGCONT).
    pub fn resume(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        let process = self.process.as_ref().expect("the server runs");
        let pid = i32::try_from(process.id()).expect("a process id fits");
        kill(Pid::from_raw(pid), signal).expect("the server takes a signal");
    }

    fn write_config(&self, port: i32) {
        let directory = self.directory.path().display();
        let config = format!(
            "listen: \"127.0.0.1:{port}\"\n\
             ports_file_dir: \"{directory}\"\n\
             log_file: \"{directory}/log\"\n\
             jetstream {{\n\
               store_dir: \"{directory}/store\"\n\
               sync_interval: always\n\
               max_memory_store: 256MB\n\
               max_file_store: 16GB\n\
             }}\n"
        );
        std::fs::write(self.config_path(), config).expect("the config can be written");
    }

    fn config_path(&self) -> PathBuf {
        self.directory.path().join("nats.conf")
    }

    fn spawn(&mut self) {
        let binary = binary();
        let process = Command::new(&binary)
            .arg("-c")
            .arg(self.config_path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let process = process.unwrap_or_else(|error| {
            panic!("no nats-server at `{}`: {error}; set MATINEE_NATS_SERVER", binary.display())
        });
        self.process = Some(process);
    }

    async fn port_picked(&mut self) -> u16 {
        let pid = self.process.as_ref().map_or(0, Child::id);
        let file = self.directory.path().join(format!("nats-server_{pid}.ports"));
        let begun = Instant::now();
        loop {
            let ports = std::fs::read(&file).unwrap_or_default();
            let ports: Option<serde_json::Value> = serde_json::from_slice(&ports).ok();
            let url = ports.as_ref().and_then(|ports| ports["nats"][0].as_str());
            if let Some(port) = url.and_then(|url| url.rsplit_once(':')?.1.parse().ok()) {
                return port;
            }
            self.check_on_it(begun);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn until_it_speaks(&mut self) {
        let begun = Instant::now();
        loop {
            if let Ok(mut connection) = TcpStream::connect(("127.0.0.1", self.port)).await {
                let mut greeting = [0; 5];
                if connection.read_exact(&mut greeting).await.is_ok() && &greeting == b"INFO " {
                    return;
                }
            }
            self.check_on_it(begun);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn check_on_it(&mut self, begun: Instant) {
        let process = self.process.as_mut().expect("the server was started");
        let ended = process.try_wait().expect("the server can be asked");
        if ended.is_some() || START_LIMIT < begun.elapsed() {
            let log = std::fs::read_to_string(self.directory.path().join("log"));
            panic!("nats-server did not start: {ended:?}\n{}", log.unwrap_or_default());
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // It may have ended by itself.
            process.kill().ok();
            process.wait().ok();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "for tests only; services read it in service-kit")]
fn binary() -> PathBuf {
    match std::env::var("MATINEE_NATS_SERVER") {
        Ok(path) => PathBuf::from(path),
        Err(_) => Path::new(env!("CARGO_MANIFEST_DIR")).join("../.matinee/bin/nats-server"),
    }
}
