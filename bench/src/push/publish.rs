//! How messages get in: into the log for us, by POST for the peers; how users come who are only
//! counted; and at which pace.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use domain::actor::{Actor, Role};
use domain::commit_writer::CommitWriter;
use domain::event::{Event, EventData, EventId, Scope};
use domain::ids::{LogSeq, RoomId};
use domain::room::send_message::MessageSent;
use domain::view::feed_item::feed_item;
use hdrhistogram::Histogram;
use nats::Log;
use service_kit::clock;
use tokio::runtime::Handle;

use super::scenario::{Load, Scenario};
use super::server::{APP, token};
use super::viewers::{Board, PATIENCE};

/// About what people type; an item has about 330 bytes then, as in the reference figures.
const TEXT: &str =
    "this colour looks great, is it still there in size 38? I would take two of them";

/// A message to publish: the room and its number there, from 0.
pub(super) type Turn = (usize, u64);

/// Publishes messages.
pub(super) struct Publisher {
    to: Inlet,
    /// How long it took until they were accepted, in µs.
    pub(super) accepted: Histogram<u64>,
}

/// Where messages get in.
pub(super) enum Inlet {
    Log {
        runtime: Handle,
        log: Box<Log>,
        last: LogSeq,
        base: u64,
    },
    Post {
        tcp: TcpStream,
    },
    /// No messages: for each turn another user is there.
    Presence {
        tcp: TcpStream,
    },
}

impl Inlet {
    pub(super) fn post(addr: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self::Post { tcp: connect(addr)? })
    }

    pub(super) fn presence(addr: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self::Presence { tcp: connect(addr)? })
    }
}

fn connect(addr: SocketAddr) -> anyhow::Result<TcpStream> {
    let tcp = TcpStream::connect(addr)?;
    tcp.set_nodelay(true)?;
    tcp.set_read_timeout(Some(PATIENCE))?;
    Ok(tcp)
}

impl Publisher {
    pub(super) fn new(to: Inlet) -> anyhow::Result<Self> {
        Ok(Self { to, accepted: Histogram::new_with_bounds(1, 60_000_000, 3)? })
    }

    /// Publishes some messages together, and returns when they are accepted.
    fn publish(&mut self, board: &Board, turns: &[Turn]) -> anyhow::Result<()> {
        for (room, n) in turns {
            board.publish(*room, *n);
        }
        let began = Instant::now();
        self.to.put(turns)?;
        self.accepted.saturating_record(u64::try_from(began.elapsed().as_micros())?);
        Ok(())
    }
}

impl Inlet {
    fn put(&mut self, turns: &[Turn]) -> anyhow::Result<()> {
        match self {
            Self::Log { runtime, log, last, base } => {
                let id = clock::new_command_id();
                let mut writer = CommitWriter::new(id, 1, clock::now());
                for (room, n) in turns {
                    writer.event(&said(*room, *base + n + 1)?);
                }
                *last = runtime.block_on(log.append(id, writer.finish(), *last))?;
                Ok(())
            }
            Self::Post { tcp } => {
                let mut requests = Vec::new();
                for (room, n) in turns {
                    let item = feed_item(&said(*room, n + 1)?).context("an item of a room")?;
                    write!(
                        requests,
                        "POST /pub/{} HTTP/1.1\r\nHost: bench\r\nContent-Length: {}\r\n\r\n{item}",
                        room_id(*room)?,
                        item.len()
                    )?;
                }
                tcp.write_all(&requests)?;
                answers(tcp, turns.len())
            }
            Self::Presence { tcp } => {
                let mut requests = Vec::new();
                for (room, n) in turns {
                    let (room, token) = (room_id(*room)?, token(&format!("user-{n}"))?);
                    write!(
                        requests,
                        "PUT /v1/apps/{APP}/rooms/{room}/presence HTTP/1.1\r\nHost: bench\r\n\
                         Authorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"
                    )?;
                }
                tcp.write_all(&requests)?;
                answers(tcp, turns.len())
            }
        }
    }
}

/// Reads that many answers.
fn answers(tcp: &mut TcpStream, count: usize) -> anyhow::Result<()> {
    let (mut left, mut bytes, mut piece) = (count, Vec::new(), [0; 16_384]);
    while 0 < left {
        let Some(end) = bytes.windows(4).position(|four: &[u8]| four == b"\r\n\r\n") else {
            let count = tcp.read(&mut piece)?;
            ensure!(0 < count, "the publisher's connection was closed");
            bytes.extend_from_slice(&piece[..count]);
            continue;
        };
        let head = std::str::from_utf8(&bytes[..end])?.to_ascii_lowercase();
        ensure!(head.starts_with("http/1.1 20"), "{head}");
        let length = head.split("content-length: ").nth(1).context("an answer has a length")?;
        let length: usize = length.lines().next().unwrap_or_default().parse()?;
        if bytes.len() < end + 4 + length {
            let count = tcp.read(&mut piece)?;
            ensure!(0 < count, "the publisher's connection was closed");
            bytes.extend_from_slice(&piece[..count]);
            continue;
        }
        bytes.drain(..end + 4 + length);
        left -= 1;
    }
    Ok(())
}

pub(super) fn room_id(room: usize) -> anyhow::Result<RoomId> {
    Ok(format!("push-{room}").parse()?)
}

fn said(room: usize, room_seq: u64) -> anyhow::Result<Event> {
    let data = EventData::MessageSent(MessageSent { text: TEXT.into(), reply_to: None });
    event(room, room_seq, data)
}

pub(super) fn event(room: usize, room_seq: u64, data: EventData) -> anyhow::Result<Event> {
    Ok(Event {
        scope: Scope::Room { room_id: room_id(room)?, room_seq },
        id: EventId { command: clock::new_command_id(), index: 0 },
        at: clock::now(),
        actor: Actor::unknown(format!("user-{}", room_seq % 1_000).parse()?, Role::Viewer),
        data,
    })
}

/// Publishes all messages of a scenario at its pace.
pub(super) fn run(
    publisher: &mut Publisher,
    scenario: &Scenario,
    board: &Arc<Board>,
    reached: &Receiver<()>,
) -> anyhow::Result<()> {
    match scenario.load {
        Load::Idle => Ok(()),
        Load::Closed { window, .. } => closed(publisher, scenario, board, reached, window, None),
        Load::Beside { window, per_s, messages } => {
            let others = Some(Paced::new(1..scenario.rooms, per_s, messages)?);
            closed(publisher, scenario, board, reached, window, others)
        }
        Load::Rate { per_s, messages } | Load::Figures { per_s, figures: messages } => {
            let mut paced = Paced::new(0..scenario.rooms, per_s, messages)?;
            while let Some(due) = paced.next_at() {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                publisher.publish(board, &paced.take())?;
            }
            Ok(())
        }
    }
}

/// Into the first room as fast as it goes, and into others at their pace until they have all.
fn closed(
    publisher: &mut Publisher,
    scenario: &Scenario,
    board: &Arc<Board>,
    reached: &Receiver<()>,
    window: u64,
    mut others: Option<Paced>,
) -> anyhow::Result<()> {
    let (mut sent, mut done, messages) = (0, 0, scenario.messages(0));
    while sent < messages {
        let until = messages.min(done + window);
        let mut turns: Vec<Turn> = (sent..until).map(|n| (0, n)).collect();
        turns.extend(others.iter_mut().flat_map(Paced::take));
        if !turns.is_empty() {
            publisher.publish(board, &turns)?;
        }
        sent = until;
        let next_at = others.as_ref().map(Paced::next_at);
        if next_at == Some(None) {
            return Ok(());
        }
        let patience = next_at.flatten().map(|at| at.saturating_duration_since(Instant::now()));
        // Whatever has come back meanwhile is published together.
        if reached.recv_timeout(patience.unwrap_or(PATIENCE)).is_ok() {
            done += 1 + reached.try_iter().count() as u64;
        } else if others.is_none() {
            return Ok(());
        }
    }
    Ok(())
}

/// Rooms that take turns evenly over each period.
struct Paced {
    rooms: std::ops::Range<usize>,
    began: Instant,
    each: Duration,
    sent: u64,
    total: u64,
}

impl Paced {
    fn new(rooms: std::ops::Range<usize>, per_s: u64, messages: u64) -> anyhow::Result<Self> {
        let count = rooms.len() as u64;
        let each = Duration::from_secs(1) / u32::try_from(per_s * count)?;
        Ok(Self { rooms, began: Instant::now(), each, sent: 0, total: messages * count })
    }

    /// When the next message is due; nothing when all are sent.
    fn next_at(&self) -> Option<Instant> {
        let sent = u32::try_from(self.sent).ok()?;
        (self.sent < self.total).then(|| self.began + self.each * sent)
    }

    /// What is due by now, to be published together.
    fn take(&mut self) -> Vec<Turn> {
        let late = self.began.elapsed().as_nanos() / self.each.as_nanos();
        let until = self.total.min(u64::try_from(late).unwrap_or(u64::MAX) + 1);
        let rooms = self.rooms.len() as u64;
        let turn = |turn: u64| {
            let room = self.rooms.start + usize::try_from(turn % rooms).unwrap_or(0);
            (room, turn / rooms)
        };
        let turns = (self.sent..until).map(turn).collect();
        self.sent = until.max(self.sent);
        turns
    }
}
