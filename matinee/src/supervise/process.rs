//! One server process: how it is started, written down and stopped.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

use super::StartError;
use super::server_user::ServerUser;

/// A log above this is set aside at the next start.
const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How much of a log is shown when a server does not start.
const LOG_TAIL_BYTES: u64 = 2_000;

/// How a server is started and stopped.
#[derive(Debug, Clone)]
pub struct ServerProcess {
    /// Its name, for messages.
    pub name: &'static str,
    /// The program.
    pub program: PathBuf,
    /// Its arguments; one of them is `marker`.
    pub args: Vec<String>,
    /// What tells its command line from all others: its data directory or configuration file.
    pub marker: String,
    /// As whom it runs.
    pub user: Option<ServerUser>,
    /// Where its messages go.
    pub log_file: PathBuf,
    /// Where its process id is written.
    pub pid_file: PathBuf,
    /// What makes it stop in good order.
    pub stop_signal: Signal,
    /// How long it has for that before it is killed.
    pub stop_limit: Duration,
}

impl ServerProcess {
    /// Starts it and writes its process id down.
    pub fn start(&self) -> Result<Child, StartError> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log_file)
            .map_err(StartError::file("open", &self.log_file))?;
        let errors = log.try_clone().map_err(StartError::file("open", &self.log_file))?;
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            // A group of its own: Ctrl-C in the terminal is for us, we stop the servers last.
            .process_group(0)
            .kill_on_drop(true);
        if let Some(user) = &self.user {
            command.uid(user.uid).gid(user.gid);
        }
        let child = command.spawn().map_err(StartError::file("start", &self.program))?;
        let pid = child.id().unwrap_or_default();
        fs::write(&self.pid_file, pid.to_string())
            .map_err(StartError::file("write", &self.pid_file))?;
        tracing::info!(server.name = self.name, server.pid = pid, "server started");
        Ok(child)
    }

    /// Asks it to stop, and kills it if it does not.
    pub async fn stop(&self, child: &mut Child) -> io::Result<ExitStatus> {
        if let Some(pid) = child.id() {
            send(pid.cast_signed(), self.stop_signal);
        }
        if let Ok(status) = tokio::time::timeout(self.stop_limit, child.wait()).await {
            return status;
        }
        tracing::warn!(server.name = self.name, "server does not stop, killing it");
        child.kill().await?;
        child.wait().await
    }

    /// Sets a log aside that has grown too large. Not while the server runs.
    pub fn rotate_log(&self) -> Result<(), StartError> {
        let large = fs::metadata(&self.log_file).is_ok_and(|file| LOG_BYTES_MAX < file.len());
        if large {
            let old = self.log_file.with_extension("log.1");
            fs::rename(&self.log_file, old).map_err(StartError::file("move", &self.log_file))?;
        }
        Ok(())
    }

    /// The last lines that it wrote.
    pub fn last_words(&self) -> String {
        last_bytes(&self.log_file).unwrap_or_default()
    }
}

fn last_bytes(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Sends a signal; a process that is gone needs none.
pub(crate) fn send(pid: i32, signal: Signal) {
    if let Err(error) = kill(Pid::from_raw(pid), signal) {
        tracing::debug!(server.pid = pid, %error, "no signal sent");
    }
}
