//! `matinee doctor`: what is missing on this machine, and how to get it.

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, ExitCode};

use clap::Args;
use nix::sys::resource::{Resource, getrlimit};

use crate::commands::Common;
use crate::config::MatineeConfig;
use crate::supervise::server_user::ServerUser;
use crate::supervise::{nats_server, postgres_server};
use crate::system::addresses::Addresses;
use crate::terminal::{self, Colour, paint};

/// Below this a busy query-service runs out of connections.
const DESCRIPTORS_WANTED: u64 = 16_384;

#[derive(Debug, Args)]
pub(super) struct Doctor {}

/// What was found out about one thing.
enum Finding {
    Good(String),
    /// Works, but not as well.
    Advice(String, &'static str),
    /// Does not work.
    Missing(String, &'static str),
}

impl Doctor {
    pub(super) fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let Self {} = self;
        let config = common.load()?;
        let mut findings = vec![nats(&config), postgres(&config), user(), data_dir(&config)];
        findings.extend(ports(&config));
        findings.push(descriptors());
        let mut is_well = true;
        for finding in findings {
            match finding {
                Finding::Good(text) => print(Colour::Green, "ok     ", &text, ""),
                Finding::Advice(text, advice) => print(Colour::Yellow, "advice ", &text, advice),
                Finding::Missing(text, advice) => {
                    is_well = false;
                    print(Colour::Red, "missing", &text, advice);
                }
            }
        }
        Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn print(colour: Colour, verdict: &str, text: &str, advice: &str) {
    terminal::line(&format!("{} {text}", paint(colour, verdict)));
    if !advice.is_empty() {
        terminal::line(&format!("        {advice}"));
    }
}

fn nats(config: &MatineeConfig) -> Finding {
    if !config.nats.url.is_empty() {
        return Finding::Good("nats: a given server is used (`nats.url`)".into());
    }
    let Some(program) = nats_server::find_program(&config.nats_server.program, &config.data_dir)
    else {
        return Finding::Missing("nats-server".into(), "make setup puts it into .matinee/bin");
    };
    let version = Command::new(&program).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    match version {
        Ok(version) if version.ends_with(&format!("v{}", nats_server::VERSION)) => {
            Finding::Good(format!("{version} at {}", program.display()))
        }
        Ok(version) => Finding::Advice(
            format!("{version} at {}", program.display()),
            "another version is tested with this program: make setup fetches it",
        ),
        Err(error) => Finding::Missing(
            format!("nats-server: {} does not run: {error}", program.display()),
            "make setup fetches one that does",
        ),
    }
}

fn postgres(config: &MatineeConfig) -> Finding {
    if config.postgres.url.is_some() {
        return Finding::Good("postgres: a given server is used (`postgres.url`)".into());
    }
    match postgres_server::find_programs(&config.postgres_server.programs) {
        Some(path) => Finding::Good(format!("postgres at {}", path.display())),
        None => Finding::Missing(
            "the server programs of PostgreSQL".into(),
            "sudo apt-get install postgresql, or set `postgres_server.programs`",
        ),
    }
}

fn user() -> Finding {
    match ServerUser::choose("postgres") {
        Ok(None) => Finding::Good("not root: the servers run as you".into()),
        Ok(Some(user)) => {
            Finding::Good(format!("root: the servers run as user number {}", user.uid))
        }
        Err(_) => Finding::Missing(
            "a user that is not root, for the servers".into(),
            "run this as an ordinary user, or install postgresql, which makes one",
        ),
    }
}

fn data_dir(config: &MatineeConfig) -> Finding {
    let path = &config.data_dir;
    let probe = path.join("doctor.probe");
    let written = std::fs::create_dir_all(path)
        .and_then(|()| std::fs::write(&probe, ""))
        .and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => Finding::Good(format!("data directory {}", path.display())),
        Err(error) => Finding::Missing(
            format!("data directory {}: {error}", path.display()),
            "choose another with --data-dir or `data_dir`",
        ),
    }
}

/// A port in use is no fault when it is we who use it.
fn ports(config: &MatineeConfig) -> Vec<Finding> {
    if let Ok(running) = Addresses::read(&config.data_dir) {
        let text = format!("matinee runs already: {} (process {})", running.query_url, running.pid);
        return vec![Finding::Good(text)];
    }
    let listeners = [
        ("command.http.listen", config.command.http.listen),
        ("query.http.listen", config.query.http.listen),
        ("signer.http.listen", config.signer.http.listen),
        ("callbacks.http.listen", config.callbacks.http.listen),
    ];
    listeners.into_iter().map(|(key, addr)| port(key, addr)).collect()
}

fn port(key: &str, addr: SocketAddr) -> Finding {
    match TcpListener::bind(addr) {
        Ok(_) => Finding::Good(format!("{addr} is free ({key})")),
        Err(error) => Finding::Missing(
            format!("{addr} ({key}): {error}"),
            "stop what listens there, or choose another port in the configuration",
        ),
    }
}

fn descriptors() -> Finding {
    match getrlimit(Resource::RLIMIT_NOFILE) {
        Ok((soft, _)) if DESCRIPTORS_WANTED <= soft => {
            Finding::Good(format!("{soft} open files allowed"))
        }
        Ok((soft, _)) => Finding::Advice(
            format!("{soft} open files allowed, each viewer needs one"),
            "ulimit -n 65536 before the start, or LimitNOFILE= in the service file",
        ),
        Err(error) => Finding::Advice(format!("open files: {error}"), "ulimit -n shows the limit"),
    }
}
