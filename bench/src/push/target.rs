//! The servers that are measured, each started afresh for each run.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use domain::commit_writer::CommitWriter;
use domain::event::EventData;
use domain::ids::LogSeq;
use domain::room::create_room::RoomCreated;
use nats::client::Nats;
use nats::testing::TestServer;
use service_kit::clock;
use tokio::runtime::Handle;

use super::frames::Framing;
use super::process::Process;
use super::publish::{Inlet, Publisher, event, room_id};
use super::scenario::Scenario;
use super::server::{APP, Report, token};
use super::viewers::Entrance;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Target {
    MatineeSse,
    MatineeWs,
    Uws,
    NodeWs,
    NchanSse,
    NchanWs,
}

/// nchan as Debian installs it.
const NCHAN: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";

/// A server that runs, and how to publish there.
pub(super) struct Started {
    pub(super) process: Process,
    pub(super) publisher: Publisher,
    /// Says how long rooms waited, if it is ours.
    pub(super) report: Option<Report>,
    addr: SocketAddr,
    target: Target,
    /// What goes with it.
    _alive: (Option<TestServer>, Option<tempfile::TempDir>),
}

impl Target {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::MatineeSse => "matinee sse",
            Self::MatineeWs => "matinee ws",
            Self::Uws => "uWebSockets ws",
            Self::NodeWs => "node ws",
            Self::NchanSse => "nchan sse",
            Self::NchanWs => "nchan ws",
        }
    }

    pub(super) fn is_ours(self) -> bool {
        match self {
            Self::MatineeSse | Self::MatineeWs => true,
            Self::Uws | Self::NodeWs | Self::NchanSse | Self::NchanWs => false,
        }
    }

    fn framing(self) -> Framing {
        match self {
            Self::MatineeSse | Self::NchanSse => Framing::Sse,
            Self::MatineeWs | Self::Uws | Self::NodeWs | Self::NchanWs => Framing::WebSocket,
        }
    }

    /// What is missing to measure it here.
    pub(super) fn missing(self, peers: &Path) -> Option<String> {
        let module = |name: &str| {
            let found = peers.join("node_modules").join(name).is_dir();
            (!found).then(|| format!("npm install --prefix {} {name}", peers.display()))
        };
        match self {
            Self::MatineeSse | Self::MatineeWs => None,
            Self::Uws => module("@trufflesuite/uws-js-unofficial"),
            Self::NodeWs => module("ws"),
            Self::NchanSse | Self::NchanWs => (!Path::new(NCHAN).exists())
                .then(|| "apt-get install nginx-core libnginx-mod-nchan".to_owned()),
        }
    }

    pub(super) async fn start(self, scenario: &Scenario, peers: &Path) -> anyhow::Result<Started> {
        match self {
            Self::MatineeSse | Self::MatineeWs => self.matinee(scenario).await,
            Self::Uws => self.node(include_str!("peers/uws.js"), peers),
            Self::NodeWs => self.node(include_str!("peers/ws.js"), peers),
            Self::NchanSse | Self::NchanWs => self.nchan(),
        }
    }

    async fn matinee(self, scenario: &Scenario) -> anyhow::Result<Started> {
        let server = TestServer::start().await;
        let nats = Nats::connect(&server.config()).await?;
        let log = nats.open_log(&APP.parse()?).await?;
        let id = clock::new_command_id();
        let mut writer = CommitWriter::new(id, 1, clock::now());
        for room in 0..scenario.rooms {
            let owner = "host".parse()?;
            let created = RoomCreated { name: "Bench".into(), owner };
            writer.event(&event(room, 1, EventData::RoomCreated(created))?);
        }
        let last = log.append(id, writer.finish(), LogSeq(0)).await?;

        let mut command = Command::new(std::env::current_exe()?);
        command.args(["push-server", "--nats", &server.url()]);
        if !scenario.ticks {
            command.arg("--plain");
        }
        if scenario.says_figures() {
            command.arg("--figures");
        }
        let mut process = Process::start(&mut command)?;
        let mut report = Report::new(&mut process.0)?;
        let addr = report.line()?.parse().context("our server did not start")?;
        let inlet = if scenario.says_figures() {
            Inlet::presence(addr)?
        } else {
            Inlet::Log { runtime: Handle::current(), log: Box::new(log), last, base: 1 }
        };
        let publisher = Publisher::new(inlet)?;
        let (report, alive) = (Some(report), (Some(server), None));
        Ok(Started { process, publisher, report, addr, target: self, _alive: alive })
    }

    fn node(self, script: &str, peers: &Path) -> anyhow::Result<Started> {
        let directory = tempfile::tempdir()?;
        let (file, addr) = (directory.path().join("peer.js"), free_address()?);
        std::fs::write(&file, script)?;
        let mut command = Command::new("node");
        command.arg(file).arg(addr.port().to_string());
        let modules: PathBuf = peers.canonicalize()?.join("node_modules");
        command.env("NODE_PATH", modules);
        self.peer(command, addr, directory)
    }

    fn nchan(self) -> anyhow::Result<Started> {
        let directory = tempfile::tempdir()?;
        let (path, addr) = (directory.path().display(), free_address()?);
        let config = format!(
            "load_module {NCHAN};\ndaemon off;\nmaster_process off;\nworker_rlimit_nofile 20000;\n\
             pid {path}/pid;\nerror_log {path}/error.log;\nevents {{ worker_connections 19000; }}\n\
             http {{\n access_log off;\n client_body_temp_path {path};\n keepalive_requests 1000000000;\n\
             nchan_max_reserved_memory 256M;\n server {{\n  listen {addr} backlog=4096;\n\
             location ~ ^/pub/(.*)$ {{ nchan_publisher; nchan_channel_id $1; nchan_message_timeout 20s; nchan_message_buffer_length 4000; }}\n\
             location ~ ^/sub/(.*)$ {{ nchan_subscriber; nchan_channel_id $1; nchan_subscriber_first_message newest; }}\n\
             }}\n}}\n"
        );
        let file = directory.path().join("nginx.conf");
        std::fs::write(&file, config)?;
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-c").arg(file).arg("-e").arg(directory.path().join("error.log"));
        self.peer(command, addr, directory)
    }

    fn peer(
        self,
        mut command: Command,
        addr: SocketAddr,
        directory: tempfile::TempDir,
    ) -> anyhow::Result<Started> {
        let mut process = Process::start(&mut command)?;
        let began = Instant::now();
        while TcpStream::connect(addr).is_err() {
            if let Some(status) = process.0.try_wait()? {
                bail!("{} ended: {status}", self.name());
            }
            ensure!(began.elapsed() < Duration::from_secs(10), "{} does not listen", self.name());
            std::thread::sleep(Duration::from_millis(10));
        }
        let publisher = Publisher::new(Inlet::post(addr)?)?;
        let alive = (None, Some(directory));
        Ok(Started { process, publisher, report: None, addr, target: self, _alive: alive })
    }
}

/// Free a moment ago.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

impl Started {
    /// Where viewers connect.
    pub(super) fn entrance<'a>(
        &self,
        path: &'a dyn Fn(usize) -> String,
    ) -> anyhow::Result<Entrance<'a>> {
        let is_ours = self.target.is_ours();
        Ok(Entrance {
            addr: self.addr,
            framing: self.target.framing(),
            path,
            headers: if is_ours {
                format!("Authorization: Bearer {}\r\n", token("viewer")?)
            } else {
                String::new()
            },
            base: u64::from(is_ours),
        })
    }

    pub(super) fn path(target: Target, room: usize) -> String {
        let room = room_id(room).map(|room| room.to_string()).unwrap_or_default();
        match target {
            Target::MatineeSse => format!("/v1/apps/{APP}/rooms/{room}/stream"),
            Target::MatineeWs => format!("/v1/apps/{APP}/rooms/{room}/ws"),
            Target::Uws | Target::NodeWs | Target::NchanSse | Target::NchanWs => {
                format!("/sub/{room}")
            }
        }
    }
}
