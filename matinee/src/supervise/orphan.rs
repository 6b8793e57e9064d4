//! Servers that a killed `matinee` left running. They are found by the process id that was written
//! down, recognised by their command line (the id may belong to somebody else by now) and stopped
//! before new ones start on the same data.

use std::fs;
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};

use super::StartError;
use super::process::{ServerProcess, send};

const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Stops the server that an earlier run left behind, if there is one.
pub async fn stop(server: &ServerProcess) -> Result<(), StartError> {
    let Some(pid) = find(server) else { return Ok(()) };
    tracing::info!(
        server.name = server.name,
        server.pid = pid,
        "stopping the server of an earlier run"
    );
    for signal in [server.stop_signal, Signal::SIGKILL] {
        send(pid, signal);
        let give_up_at = Instant::now() + server.stop_limit;
        while Instant::now() < give_up_at {
            if find(server).is_none() {
                return Ok(());
            }
            sleep(LOOK_AGAIN).await;
        }
    }
    Err(StartError::Orphan { server: server.name, pid })
}

/// The process id, if a process with that id still runs our server.
pub fn find(server: &ServerProcess) -> Option<i32> {
    let pid: i32 = fs::read_to_string(&server.pid_file).ok()?.trim().parse().ok()?;
    // A dead process that nobody has waited for has an empty command line.
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let marker = server.marker.as_bytes();
    let ours = command_line.split(|byte| *byte == 0).any(|argument| argument == marker);
    (0 < pid && ours).then_some(pid)
}
