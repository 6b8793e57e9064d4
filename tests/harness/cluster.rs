//! A whole system: `matinee up` as a process, in a directory of its own, on ports of its own.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::actor::Role;
use matinee::config::MatineeConfig;
use matinee::demo::Target;
use matinee::supervise::port;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Method;
use service_kit::config::env_var;
use tempfile::TempDir;

use crate::eventually::eventually;
use crate::program;

const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// A running system. Stopped when dropped.
#[derive(Debug)]
pub struct Cluster {
    directory: TempDir,
    process: Option<Child>,
}

impl Cluster {
    /// Starts one and waits until it can do its work.
    pub async fn start() -> Self {
        Self::start_with("").await
    }

    /// The same with more settings, as lines of a configuration file.
    pub async fn start_with(more: &str) -> Self {
        Self::start_limited(&format!("{NO_LIMITS}{more}")).await
    }

    /// The same with the limits on what may be sent and shown that every installation has.
    pub async fn start_limited(more: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        // Root's servers run as somebody else, who must get through.
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).expect("a directory");
        let settings = settings() + more;
        fs::write(directory.path().join("matinee.toml"), settings).expect("a settings file");
        let mut cluster = Self { directory, process: None };
        cluster.restart().await;
        cluster.register_host().await;
        cluster
    }

    /// Rooms belong to somebody who has registered: in the tests to `host`.
    async fn register_host(&self) {
        let shop = self.caller("shop", Role::Admin);
        let host = serde_json::json!({"nick": "Host"});
        let (status, answer) = shop.command(Method::PUT, "/users/host", &host).await;
        assert_eq!(status, 201, "{answer}");
    }

    /// The data directory.
    pub fn home(&self) -> PathBuf {
        self.directory.path().join("home")
    }

    fn settings_file(&self) -> PathBuf {
        self.directory.path().join("matinee.toml")
    }

    /// Everything that is needed to play into it and to count in it.
    pub fn target(&self) -> Target {
        let config = MatineeConfig::load(Some(&self.settings_file())).expect("settings");
        Target::of_running(&config, &self.home(), None).expect("a running system")
    }

    /// What it is set to, with what [`super::instance`] adds.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Runs the program with other arguments on the same settings and directory.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program::matinee());
        command.arg("--config").arg(self.settings_file());
        command.arg("--data-dir").arg(self.home()).args(arguments);
        command
    }

    /// Kills `matinee` without a chance to put anything in order. Its servers go on.
    pub fn kill9(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.kill().expect("it can be killed");
        process.wait().expect("it ended");
        // So that nobody takes the old addresses for new ones.
        fs::remove_file(self.home().join("run.json")).expect("it had been ready");
    }

    /// Kills one of its servers: `nats-server` or `postgres`.
    pub fn kill9_server(&self, server: &str) {
        kill(Pid::from_raw(self.server_pid(server)), Signal::SIGKILL).expect("it can be killed");
    }

    /// The process id of one of its servers.
    pub fn server_pid(&self, server: &str) -> i32 {
        let file = self.home().join("run").join(format!("{server}.pid"));
        fs::read_to_string(file).expect("it runs").trim().parse().expect("a process id")
    }

    /// Starts `matinee` (again) and waits until it can do its work.
    pub async fn restart(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.directory.path().join("matinee.log"))
            .expect("a log");
        let mut command = self.command(&["up"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.process = Some(command.spawn().expect("the program starts"));
        eventually("the system is ready", START_LIMIT, async || {
            self.still_runs();
            self.home().join("run.json").exists().then_some(())
        })
        .await;
        let target = self.target();
        for url in [&target.command_url, &target.query_url] {
            let url = format!("{url}/readyz");
            eventually("a service is ready", START_LIMIT, async || {
                let answer = reqwest::get(&url).await.ok()?;
                answer.status().is_success().then_some(())
            })
            .await;
        }
    }

    fn still_runs(&mut self) {
        let process = self.process.as_mut().expect("it was started");
        if let Some(status) = process.try_wait().expect("it can be asked for") {
            panic!("matinee ended with {status}: {}", self.log());
        }
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("matinee.log")).unwrap_or_default()
    }

    /// Ends it as Ctrl-C does, and waits. Panics if it does not end well.
    pub async fn stop(self) {
        drop(self.stop_and_keep().await);
    }

    /// The same, and its directory stays until the answer is dropped.
    pub async fn stop_and_keep(mut self) -> Stopped {
        let status = self.terminate().await.expect("it runs");
        assert!(status.success(), "matinee ended with {status}: {}", self.log());
        Stopped { _cluster: self }
    }

    async fn terminate(&mut self) -> Option<std::process::ExitStatus> {
        let mut process = self.process.take()?;
        signal(&process, Signal::SIGTERM);
        let ended = async || process.try_wait().expect("it can be asked for");
        Some(eventually("matinee has stopped", STOP_LIMIT, ended).await)
    }
}

/// A system that was stopped; its directory is still there.
#[derive(Debug)]
pub struct Stopped {
    _cluster: Cluster,
}

impl Drop for Cluster {
    /// Also when a test fails: nothing of it stays behind.
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            signal(&process, Signal::SIGTERM);
            process.wait().ok();
        }
        for server in ["nats-server", "postgres"] {
            kill_left_over(&self.home(), server);
        }
    }
}

pub(crate) fn signal(process: &Child, signal: Signal) {
    let pid = Pid::from_raw(process.id().cast_signed());
    kill(pid, signal).ok();
}

/// Only a process that runs in this very directory.
fn kill_left_over(home: &Path, server: &str) {
    let file = home.join("run").join(format!("{server}.pid"));
    let Some(pid) = fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok()) else {
        return;
    };
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    if String::from_utf8_lossy(&command_line).contains(&*home.to_string_lossy()) {
        kill(Pid::from_raw(pid), Signal::SIGKILL).ok();
    }
}

/// Shows are played at many times their speed, so how much is sent has no limit.
const NO_LIMITS: &str = "command.sequencer.limiter.room_messages_per_s = 0
command.sequencer.limiter.user_messages = 0
command.sequencer.limiter.user_likes = 0
query.hub.shaping.normal_items_per_s = 0
query.hub.shaping.low_items_per_s = 0
query.hub.shaping.lowest_items_per_s = 0
";

/// A port that no other system of these tests has, also while that is still starting.
fn port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let port = port::configured_or_free(0).expect("a free port");
        if given.insert(port) {
            return port;
        }
    }
}

/// Fixed ports: what is started again must be found again.
fn settings() -> String {
    let program = env_var("MATINEE_NATS_SERVER").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.matinee/bin/nats-server"),
        PathBuf::from,
    );
    format!(
        "nats_server.program = \"{}\"\n\
         nats_server.port = {}\n\
         postgres_server.port = {}\n\
         command.http.listen = \"127.0.0.1:{}\"\n\
         query.http.listen = \"127.0.0.1:{}\"\n\
         signer.http.listen = \"127.0.0.1:{}\"\n\
         callbacks.http.listen = \"127.0.0.1:{}\"\n",
        program.display(),
        port(),
        port(),
        port(),
        port(),
        port(),
        port(),
    )
}
