//! The private nats-server: every append is on disk before it is acknowledged.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::home::Home;
use super::process::ServerProcess;
use super::server_user::{ServerUser, give, private_directory, private_file};
use super::supervisor::Supervisor;
use super::{StartError, orphan, port, ready};

/// The version that the project is tested with.
pub const VERSION: &str = "2.15.1";
/// The user name that the private server asks for.
pub const USER: &str = "matinee";
const NAME: &str = "nats-server";
const ADVICE: &str = "`make setup` puts it into .matinee/bin";

/// The `[nats_server]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatsServerConfig {
    /// Path of the program; empty looks into the data directory, `.matinee/bin` and `PATH`.
    pub program: String,
    /// Port on the loopback; 0 takes a free one.
    pub port: u16,
    /// Bytes of the largest message.
    pub message_bytes_max: u64,
    /// Bytes that may be stored in memory.
    pub memory_bytes_max: u64,
    /// Bytes that may be stored on disk.
    pub disk_bytes_max: u64,
    /// Connections at a time.
    pub connections_max: u32,
    /// How long it may take to start; a large log takes longer.
    pub start_timeout_ms: u64,
    /// How long it may take to stop.
    pub stop_timeout_ms: u64,
}

/// A running private nats-server.
#[derive(Debug)]
pub struct NatsServer {
    /// Where it listens.
    pub url: String,
    supervisor: Supervisor,
}

impl NatsServer {
    /// Prepares, starts, waits until it answers.
    pub async fn start(
        config: &NatsServerConfig,
        home: &Home,
        password: &str,
    ) -> Result<Self, StartError> {
        let port = port::configured_or_free(config.port)?;
        let server = prepare(config, home, password, port)?;
        orphan::stop(&server).await?;
        server.rotate_log()?;
        let mut child = server.start()?;
        let limit = Duration::from_millis(config.start_timeout_ms);
        ready::wait(&server, &mut child, limit, async || greets(port).await).await?;
        let supervisor = Supervisor::watch(server, child);
        Ok(Self { url: format!("nats://127.0.0.1:{port}"), supervisor })
    }

    /// Stops it in good order.
    pub async fn stop(self) {
        self.supervisor.stop().await;
    }
}

fn prepare(
    config: &NatsServerConfig,
    home: &Home,
    password: &str,
    port: u16,
) -> Result<ServerProcess, StartError> {
    let program = find_program(&config.program, &home.path)
        .ok_or_else(|| StartError::Missing { program: NAME.into(), advice: ADVICE.into() })?;
    let user = home.user.as_ref();
    let directory = home.servers.join("nats");
    private_directory(&directory, user)?;
    let config_file = directory.join("server.conf");
    private_file(&config_file, &config_text(config, &directory, password, port), user)?;
    let config_file = config_file.to_string_lossy().into_owned();
    Ok(ServerProcess {
        name: NAME,
        program: reachable(program, &directory, user)?,
        args: vec!["--config".into(), config_file.clone()],
        marker: config_file,
        user: home.user.clone(),
        log_file: home.log_file(NAME),
        pid_file: home.pid_file(NAME),
        stop_signal: Signal::SIGTERM,
        stop_limit: Duration::from_millis(config.stop_timeout_ms),
    })
}

fn config_text(config: &NatsServerConfig, store: &Path, password: &str, port: u16) -> String {
    let NatsServerConfig { message_bytes_max, memory_bytes_max, disk_bytes_max, .. } = config;
    let (connections_max, store) = (config.connections_max, store.display());
    format!(
        "# Written by `matinee up` at every start.\n\
         server_name: matinee\n\
         listen: \"127.0.0.1:{port}\"\n\
         max_payload: {message_bytes_max}\n\
         max_connections: {connections_max}\n\
         authorization {{ user: {USER}, password: \"{password}\" }}\n\
         jetstream {{\n\
         \x20 store_dir: \"{store}\"\n\
         \x20 # An acknowledged append survives a power cut.\n\
         \x20 sync_interval: always\n\
         \x20 max_memory_store: {memory_bytes_max}\n\
         \x20 max_file_store: {disk_bytes_max}\n\
         }}\n"
    )
}

/// Where the program is, as configured or in the usual places.
pub fn find_program(configured: &str, home: &Path) -> Option<PathBuf> {
    if !configured.is_empty() {
        return Some(PathBuf::from(configured)).filter(|path| path.is_file());
    }
    let named = service_kit::config::env_var("MATINEE_NATS_SERVER").map(PathBuf::from);
    let beside = [home.join("bin").join(NAME), Path::new(".matinee/bin").join(NAME)];
    let search = service_kit::config::env_var("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&search).map(|directory| directory.join(NAME));
    let mut places = named.into_iter().chain(beside).chain(in_path);
    places.find(|path| path.is_file()).and_then(|path| path.canonicalize().ok())
}

/// The program itself, or a copy where the server's user can reach it.
fn reachable(
    program: PathBuf,
    directory: &Path,
    user: Option<&ServerUser>,
) -> Result<PathBuf, StartError> {
    if user.is_none_or(|user| user.can_reach(&program)) {
        return Ok(program);
    }
    let copy = directory.join(NAME);
    // Beside and into place: the copy of an earlier run may still be running.
    let new = directory.join("nats-server.new");
    std::fs::copy(&program, &new).map_err(StartError::file("copy", &program))?;
    std::fs::rename(&new, &copy).map_err(StartError::file("copy", &program))?;
    give(&copy, user)?;
    Ok(copy)
}

/// A nats-server speaks first: `INFO {..}`.
async fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
        return false;
    };
    let mut greeting = [0; 5];
    let read = stream.read_exact(&mut greeting);
    let read = tokio::time::timeout(Duration::from_secs(1), read).await;
    matches!(read, Ok(Ok(_))) && greeting == *b"INFO "
}
