//! How messages get in: into the log for us, by POST for the peers; and at which pace.

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
use nats::Log;
use service_kit::clock;
use tokio::runtime::Handle;

use super::scenario::{Load, Scenario};
use super::viewers::Board;

/// About what people type; an item has about 330 bytes then, as in the reference figures.
const TEXT: &str =
    "this colour looks great, is it still there in size 38? I would take two of them";

/// A message to publish: the room and its number there, from 0.
pub(super) type Turn = (usize, u64);

/// Where messages are published.
pub(super) enum Publisher {
    Log { runtime: Handle, log: Box<Log>, last: LogSeq, base: u64 },
    Post { tcp: TcpStream },
}

impl Publisher {
    pub(super) fn post(addr: SocketAddr) -> anyhow::Result<Self> {
        let tcp = TcpStream::connect(addr)?;
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self::Post { tcp })
    }

    /// Publishes some messages together, and returns when they are accepted.
    fn publish(&mut self, turns: &[Turn]) -> anyhow::Result<()> {
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
        Load::Closed { window, messages } => closed(publisher, board, reached, window, messages),
        Load::Rate { per_s, messages } => {
            at_rate(publisher, board, scenario.rooms, per_s, messages)
        }
    }
}

fn closed(
    publisher: &mut Publisher,
    board: &Arc<Board>,
    reached: &Receiver<()>,
    window: u64,
    messages: u64,
) -> anyhow::Result<()> {
    let (mut sent, mut done) = (0, 0);
    while sent < messages {
        let until = messages.min(done + window);
        let turns: Vec<Turn> = (sent..until).map(|n| (0, n)).collect();
        for (room, n) in &turns {
            board.publish(*room, *n);
        }
        publisher.publish(&turns)?;
        sent = until;
        // Whatever has come back meanwhile is published together.
        if reached.recv_timeout(Duration::from_secs(10)).is_err() {
            return Ok(());
        }
        done += 1 + reached.try_iter().count() as u64;
    }
    Ok(())
}

/// Rooms take turns evenly over each period; what is due at once is published together.
fn at_rate(
    publisher: &mut Publisher,
    board: &Arc<Board>,
    rooms: usize,
    per_s: u64,
    messages: u64,
) -> anyhow::Result<()> {
    let began = Instant::now();
    let total = messages * rooms as u64;
    let each = Duration::from_secs(1) / u32::try_from(per_s * rooms as u64)?;
    let mut sent = 0;
    while sent < total {
        let due = began + each * u32::try_from(sent)?;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let late = Instant::now().saturating_duration_since(began).as_nanos() / each.as_nanos();
        let until = total.min(u64::try_from(late)? + 1);
        let turns: Vec<Turn> = (sent..until.max(sent + 1))
            .map(|turn| (usize::try_from(turn).unwrap_or(0) % rooms, turn / rooms as u64))
            .collect();
        for (room, n) in &turns {
            board.publish(*room, *n);
        }
        publisher.publish(&turns)?;
        sent += turns.len() as u64;
    }
    Ok(())
}
