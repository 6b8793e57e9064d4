//! What a process costs, and on which core it runs.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::Pid;

/// Where the server under test runs.
pub(super) const SERVER_CORE: usize = 0;

/// Where everything else runs.
pub(super) const LOAD_CORE: usize = 1;

/// Pins this process, and what it starts from now on, to a core, if there are several.
pub(super) fn pin(core: usize) -> anyhow::Result<()> {
    if std::thread::available_parallelism()?.get() <= core {
        return Ok(());
    }
    let mut set = CpuSet::new();
    set.set(core)?;
    sched_setaffinity(Pid::from_raw(0), &set).context("this process cannot be pinned")
}

/// As many descriptors as the system allows.
pub(super) fn raise_descriptor_limit() -> anyhow::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?)
}

/// A server under test; killed when dropped.
pub(super) struct Process(pub(super) Child);

impl Process {
    /// Starts a program on the server's core.
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", &SERVER_CORE.to_string()]).arg(command.get_program());
        pinned.args(command.get_args()).stdin(Stdio::piped()).stdout(Stdio::piped());
        for (key, value) in command.get_envs() {
            if let Some(value) = value {
                pinned.env(key, value);
            }
        }
        Ok(Self(pinned.spawn().context("taskset cannot be started")?))
    }

    /// User and system time so far.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = self.read("stat")?;
        // The name, in parentheses, may have spaces.
        let (_, fields) = stat.rsplit_once(") ").context("the kernel says so")?;
        let ticks = |field: usize| -> anyhow::Result<u64> {
            Ok(fields.split(' ').nth(field).context("the kernel says so")?.parse()?)
        };
        // `man 5 proc`: utime and stime, in hundredths of a second.
        Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
    }

    /// Resident memory in bytes.
    pub(super) fn resident(&self) -> anyhow::Result<u64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.context("the kernel says so")?.trim().trim_end_matches(" kB");
        Ok(kilobytes.parse::<u64>()? * 1_024)
    }

    fn read(&self, file: &str) -> anyhow::Result<String> {
        let path = Path::new("/proc").join(self.0.id().to_string()).join(file);
        std::fs::read_to_string(path).context("the server has ended")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
