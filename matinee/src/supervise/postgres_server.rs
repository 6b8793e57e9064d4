//! The private Postgres. It holds read models only, which can be rebuilt from the log: a commit need
//! not wait for the disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use tokio::process::Command;
use tokio_postgres::{Client, NoTls};

use super::home::Home;
use super::process::ServerProcess;
use super::server_user::{private_directory, private_file};
use super::supervisor::Supervisor;
use super::{StartError, orphan, port, ready};

/// Role and database.
const USER: &str = "matinee";
const NAME: &str = "postgres";
const ADVICE: &str = "on Debian and Ubuntu `make setup` installs the package `postgresql`";
/// Where Debian and Ubuntu keep the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Longest path of a Unix socket, with room for the name that Postgres appends.
const SOCKET_DIRECTORY_BYTES_MAX: usize = 80;

/// The `[postgres_server]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostgresServerConfig {
    /// Directory of `initdb` and `postgres`; empty takes the newest version of the distribution.
    pub programs: String,
    /// Port on the loopback; 0 takes a free one.
    pub port: u16,
    /// Connections at a time.
    pub connections_max: u32,
    /// Memory for shared buffers, in megabytes.
    pub shared_buffers_mb: u32,
    /// How long it may take to start; after a crash it takes longer.
    pub start_timeout_ms: u64,
    /// How long it may take to stop.
    pub stop_timeout_ms: u64,
}

/// A running private Postgres.
#[derive(Debug)]
pub struct PostgresServer {
    /// Where it listens.
    pub port: u16,
    supervisor: Supervisor,
}

impl PostgresServer {
    /// Makes the cluster if it is missing, starts it, waits until it answers.
    pub async fn start(
        config: &PostgresServerConfig,
        home: &Home,
        password: &str,
    ) -> Result<Self, StartError> {
        let programs = find_programs(&config.programs)
            .ok_or_else(|| StartError::Missing { program: NAME.into(), advice: ADVICE.into() })?;
        let data = home.servers.join("postgres");
        let port = port::configured_or_free(config.port)?;
        let server = process(config, home, &programs, &data, port);
        orphan::stop(&server).await?;
        server.rotate_log()?;
        if data.join("PG_VERSION").exists() {
            check_version(&programs, &data)?;
        } else {
            initialise(home, &programs, &data, password).await?;
        }
        let mut child = server.start()?;
        let limit = Duration::from_millis(config.start_timeout_ms);
        let connects = async || connect(port, password, NAME).await.is_ok();
        ready::wait(&server, &mut child, limit, connects).await?;
        let supervisor = Supervisor::watch(server, child);
        create_database(port, password).await?;
        Ok(Self { port, supervisor })
    }

    /// Stops it in good order.
    pub async fn stop(self) {
        self.supervisor.stop().await;
    }
}

/// The address of a private Postgres, with the password in it. Never printed.
pub fn url(port: u16, password: &str) -> String {
    format!("postgresql://{USER}:{password}@127.0.0.1:{port}/{USER}")
}

/// The directory with `initdb` and `postgres`.
pub fn find_programs(configured: &str) -> Option<PathBuf> {
    let complete = |path: &PathBuf| path.join("initdb").is_file() && path.join(NAME).is_file();
    if !configured.is_empty() {
        return Some(PathBuf::from(configured)).filter(complete);
    }
    let versions = fs::read_dir(VERSIONS).ok()?.filter_map(Result::ok);
    let numbered = versions.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((number, entry.path().join("bin")))
    });
    numbered.filter(|(_, path)| complete(path)).max().map(|(_, path)| path)
}

fn process(
    config: &PostgresServerConfig,
    home: &Home,
    programs: &Path,
    data: &Path,
    port: u16,
) -> ServerProcess {
    let data = data.to_string_lossy().into_owned();
    let sockets = if data.len() <= SOCKET_DIRECTORY_BYTES_MAX { &data } else { "" };
    let settings = [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        format!("unix_socket_directories={sockets}"),
        format!("max_connections={}", config.connections_max),
        format!("shared_buffers={}MB", config.shared_buffers_mb),
        // Checkpoint and rows move in one transaction: what a crash takes is folded again.
        "synchronous_commit=off".to_owned(),
        "password_encryption=scram-sha-256".to_owned(),
        "jit=off".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
    ];
    let mut args = vec!["-D".to_owned(), data.clone()];
    args.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
    ServerProcess {
        name: NAME,
        program: programs.join(NAME),
        args,
        marker: data,
        user: home.user.clone(),
        log_file: home.log_file(NAME),
        pid_file: home.pid_file(NAME),
        // Fast: sessions are ended, then it shuts down in good order.
        stop_signal: Signal::SIGINT,
        stop_limit: Duration::from_millis(config.stop_timeout_ms),
    }
}

/// Made beside and moved into place, so that an interrupted `initdb` leaves nothing that looks whole.
async fn initialise(
    home: &Home,
    programs: &Path,
    data: &Path,
    password: &str,
) -> Result<(), StartError> {
    let user = home.user.as_ref();
    let new = data.with_extension("new");
    if new.exists() {
        fs::remove_dir_all(&new).map_err(StartError::file("remove", &new))?;
    }
    private_directory(&new, user)?;
    let password_file = home.servers.join("initdb-password");
    private_file(&password_file, password, user)?;
    let mut initdb = Command::new(programs.join("initdb"));
    initdb
        .args(["--username", USER, "--encoding=UTF8", "--locale=C"])
        .args(["--auth-host=scram-sha-256", "--auth-local=scram-sha-256"])
        .arg("--pwfile")
        .arg(&password_file)
        .arg("--pgdata")
        .arg(&new)
        .current_dir("/")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(user) = user {
        initdb.uid(user.uid).gid(user.gid);
    }
    let output = initdb.output().await.map_err(StartError::file("start", programs.join("initdb")));
    fs::remove_file(&password_file).map_err(StartError::file("remove", &password_file))?;
    let output = output?;
    if !output.status.success() {
        let output = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(StartError::Failed { program: "initdb".into(), output });
    }
    fs::rename(&new, data).map_err(StartError::file("move", &new))
}

/// A cluster is read by the major version that made it.
fn check_version(programs: &Path, data: &Path) -> Result<(), StartError> {
    let file = data.join("PG_VERSION");
    let found = fs::read_to_string(&file).map_err(StartError::file("read", &file))?;
    let found = found.trim().to_owned();
    let versioned = programs.parent().and_then(Path::file_name).map(|name| name.to_string_lossy());
    match versioned {
        // Only where the path tells the version; Postgres itself refuses a wrong one anyway.
        Some(installed) if installed.parse::<u32>().is_ok() && installed != found => {
            let installed = installed.into_owned();
            Err(StartError::PostgresVersion { path: data.to_owned(), found, installed })
        }
        _ => Ok(()),
    }
}

async fn connect(
    port: u16,
    password: &str,
    database: &str,
) -> Result<Client, tokio_postgres::Error> {
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(port).user(USER).password(password).dbname(database);
    config.connect_timeout(Duration::from_secs(2));
    let (client, connection) = config.connect(NoTls).await?;
    // Ends with the client.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the private postgres ended");
        }
    });
    Ok(client)
}

async fn create_database(port: u16, password: &str) -> Result<(), StartError> {
    let client = connect(port, password, NAME).await?;
    let known = "select 1 from pg_database where datname = $1";
    if client.query_opt(known, &[&USER]).await?.is_none() {
        client.batch_execute("create database matinee").await?;
    }
    Ok(())
}
