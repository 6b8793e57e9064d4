//! A real Postgres for tests: its own directory, its own port, and it can be killed like a machine
//! whose power is cut.
//!
//! Used by the tests of every crate that knows Postgres; not by anything that runs in earnest.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};
use tempfile::TempDir;
use tokio_postgres::NoTls;

const START_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum TestPostgresError {
    /// Nothing under `/usr/lib/postgresql`.
    #[error("no Postgres is installed under `/usr/lib/postgresql` (Debian: `postgresql`)")]
    NotInstalled,
    /// Postgres refuses root, so it runs as Debian's user.
    #[error("the tests run as root and there is no user `postgres` to start the server as")]
    NoUser,
    /// A directory or a process.
    #[error("could not {doing}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// `initdb` or the server itself.
    #[error("`{program}` failed: {output}")]
    Failed {
        /// Which.
        program: &'static str,
        /// What it printed.
        output: String,
    },
    /// A database could not be created.
    #[error("could not create a database for a test")]
    Database(#[source] tokio_postgres::Error),
}

/// Whether a crash may lose what was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// No fsync: fast. A killed server still finds its writes in the page cache.
    Fast,
    /// As in earnest.
    Full,
}

/// A running server. Stopped, and its directory removed, when dropped; also if the test process is
/// killed or keeps it in a static that is never dropped.
#[derive(Debug)]
pub struct TestPostgres {
    dir: TempDir,
    port: u16,
    durability: Durability,
    account: Option<(u32, u32)>,
    running: Option<Running>,
    databases: AtomicU32,
}

#[derive(Debug)]
struct Running {
    server: Child,
    /// Ends the server once the pipe that it reads from closes, which the kernel does for a process
    /// that ends in whatever way.
    watchdog: Child,
}

impl TestPostgres {
    /// A fresh, empty server without fsync.
    pub fn start() -> Result<Self, TestPostgresError> {
        Self::start_with(Durability::Fast)
    }

    /// A fresh, empty server.
    pub fn start_with(durability: Durability) -> Result<Self, TestPostgresError> {
        let account = account()?;
        let dir = tempfile::Builder::new()
            .prefix("matinee-postgres-")
            .tempdir()
            .map_err(io_error("create a directory"))?;
        if let Some((uid, gid)) = account {
            chown(dir.path(), Some(uid), Some(gid)).map_err(io_error("give a directory away"))?;
        }
        let port = free_port()?;
        let databases = AtomicU32::new(0);
        let mut this = Self { dir, port, durability, account, running: None, databases };
        this.init()?;
        this.restart()?;
        Ok(this)
    }

    /// The server's port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database of this server. Everybody on this machine is let in.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates an empty database and returns its address.
    pub async fn create_database(&self) -> Result<String, TestPostgresError> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let (client, connection) = tokio_postgres::connect(&self.url("postgres"), NoTls)
            .await
            .map_err(TestPostgresError::Database)?;
        let connection = tokio::spawn(connection);
        let created = client.batch_execute(&format!("CREATE DATABASE {name}")).await;
        connection.abort();
        created.map_err(TestPostgresError::Database)?;
        Ok(self.url(&name))
    }

    /// Ends the server and all its processes at once, as a power cut would.
    pub fn kill9(&mut self) {
        let Some(running) = self.running.take() else { return };
        let backends = children_of(running.server.id());
        running.end(Signal::SIGKILL);
        for backend in backends {
            // It may have noticed and be gone: that is what is wanted.
            kill(backend, Signal::SIGKILL).ok();
        }
    }

    /// Stops the server in an orderly way; clients are disconnected.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.end(Signal::SIGINT);
        }
    }

    /// Starts the server again, on the same port and directory.
    pub fn restart(&mut self) -> Result<(), TestPostgresError> {
        self.stop();
        let deadline = Instant::now() + START_LIMIT;
        loop {
            match self.try_start(deadline) {
                // After a kill, shared memory is in use until the last backend has noticed.
                Err(error) if deadline <= Instant::now() => return Err(error),
                Err(_) => thread::sleep(POLL),
                Ok(running) => {
                    self.running = Some(running);
                    return Ok(());
                }
            }
        }
    }

    fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.dir.path()).env_clear().env("LC_ALL", "C").stdin(Stdio::null());
        if let Some((uid, gid)) = self.account {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn init(&self) -> Result<(), TestPostgresError> {
        let output = self
            .command(&binaries()?.join("initdb"))
            .arg("--pgdata")
            .arg(self.data_dir())
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--no-sync", "--no-instructions"])
            .output()
            .map_err(io_error("run `initdb`"))?;
        if output.status.success() {
            return Ok(());
        }
        let output = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(TestPostgresError::Failed { program: "initdb", output })
    }

    fn try_start(&self, deadline: Instant) -> Result<Running, TestPostgresError> {
        let pid_file = self.data_dir().join("postmaster.pid");
        let log_path = self.dir.path().join("log");
        let log = fs::File::create(&log_path).map_err(io_error("create a log file"))?;
        let mut command = self.command(&binaries()?.join("postgres"));
        command.arg("-D").arg(self.data_dir()).arg("-p").arg(self.port.to_string());
        command.args(["-h", "127.0.0.1", "-k", "", "-c", "max_connections=100"]);
        command.args(["-c", "shared_buffers=128MB", "-c", "max_wal_size=2GB"]);
        if self.durability == Durability::Fast {
            command.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
        }
        command.stdout(Stdio::null()).stderr(log);
        let mut server = command.spawn().map_err(io_error("start `postgres`"))?;
        let pid = server.id().to_string();
        loop {
            let ended = server.try_wait().map_err(io_error("wait for `postgres`"))?.is_some();
            if ended || deadline <= Instant::now() {
                server.kill().ok();
                server.wait().ok();
                let output = fs::read_to_string(&log_path).unwrap_or_default();
                return Err(TestPostgresError::Failed { program: "postgres", output });
            }
            if is_ready(&pid_file, &pid) {
                let watchdog = self.watchdog(&pid);
                return watchdog.map(|watchdog| Running { server, watchdog });
            }
            thread::sleep(POLL);
        }
    }

    fn watchdog(&self, pid: &str) -> Result<Child, TestPostgresError> {
        Command::new("sh")
            .args(["-c", r#"read -r _; kill -QUIT "$1"; sleep 0.2; rm -rf "$2""#, "sh", pid])
            .arg(self.dir.path())
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(io_error("start `sh`"))
    }
}

impl Drop for TestPostgres {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.end(Signal::SIGQUIT);
        }
    }
}

impl Running {
    fn end(mut self, signal: Signal) {
        // The watchdog first: afterwards the server's number may belong to somebody else.
        self.watchdog.kill().ok();
        self.watchdog.wait().ok();
        kill(pid_of(self.server.id()), signal).ok();
        self.server.wait().ok();
    }
}

fn is_ready(pid_file: &Path, pid: &str) -> bool {
    let Ok(text) = fs::read_to_string(pid_file) else { return false };
    let mut lines = text.lines();
    lines.next() == Some(pid) && lines.nth(6).is_some_and(|status| status.trim() == "ready")
}

fn pid_of(id: u32) -> Pid {
    Pid::from_raw(id.cast_signed())
}

fn children_of(pid: u32) -> Vec<Pid> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    children
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|id| id.parse().ok())
        .map(pid_of)
        .collect()
}

/// The newest installed version's programs.
fn binaries() -> Result<PathBuf, TestPostgresError> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let numbered = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let bin = entry.path().join("bin");
        bin.join("postgres").is_file().then_some((version, bin))
    });
    numbered.max().map(|(_, bin)| bin).ok_or(TestPostgresError::NotInstalled)
}

/// Whom the server runs as, when that is not whoever runs the tests.
fn account() -> Result<Option<(u32, u32)>, TestPostgresError> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let user = User::from_name("postgres").ok().flatten().ok_or(TestPostgresError::NoUser)?;
    Ok(Some((user.uid.as_raw(), user.gid.as_raw())))
}

fn free_port() -> Result<u16, TestPostgresError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(io_error("find a free port"))
}

fn io_error(doing: &'static str) -> impl Fn(io::Error) -> TestPostgresError {
    move |source| TestPostgresError::Io { doing, source }
}
