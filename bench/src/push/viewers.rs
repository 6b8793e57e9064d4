//! The viewers: plain non-blocking sockets, one thread, no allocation for each message. Each checks
//! that what it gets is dense: no hole, nothing twice, nothing out of order.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use hdrhistogram::Histogram;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use super::frames::{Frames, Framing, Said};
use super::scenario::Scenario;

/// A run whose deliveries stop for this long is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// When each message was published, and how many have reached everybody.
pub(super) struct Board {
    began: Instant,
    /// By room.
    sent_at_ns: Vec<Vec<AtomicU64>>,
}

impl Board {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let places = |room| (0..scenario.messages(room)).map(|_| AtomicU64::new(0)).collect();
        let sent_at_ns = (0..scenario.rooms).map(places).collect();
        Self { began: Instant::now(), sent_at_ns }
    }

    fn now_ns(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// The `n`-th message of a room, from 0, is published now.
    pub(super) fn publish(&self, room: usize, n: u64) {
        if let Some(place) = self.place(room, n) {
            place.store(self.now_ns(), Ordering::Relaxed);
        }
    }

    fn place(&self, room: usize, n: u64) -> Option<&AtomicU64> {
        self.sent_at_ns.get(room)?.get(usize::try_from(n).ok()?)
    }
}

/// Where the viewers connect, and what they say.
pub(super) struct Entrance<'a> {
    pub(super) addr: SocketAddr,
    pub(super) framing: Framing,
    /// The path for a room.
    pub(super) path: &'a dyn Fn(usize) -> String,
    /// More header lines.
    pub(super) headers: String,
    /// `room_seq` before the first message; from the server's first frame if it says so.
    pub(super) base: u64,
}

struct Viewer {
    room: usize,
    tcp: TcpStream,
    frames: Frames,
    /// `room_seq`, or how many users there are where figures are what is timed.
    last: u64,
    counts_figures: bool,
}

pub(super) struct Viewers {
    all: Vec<Viewer>,
    epoll: Epoll,
    base: u64,
    buffer: Vec<u8>,
}

/// What the viewers saw.
pub(super) struct Seen {
    pub(super) deliveries: u64,
    pub(super) reads: u64,
    pub(super) latencies: Histogram<u64>,
}

impl Viewers {
    /// Connects them one after the other, each past its answer's head.
    pub(super) fn connect(entrance: &Entrance<'_>, scenario: &Scenario) -> anyhow::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::empty())?;
        let mut viewers = Vec::with_capacity(scenario.viewers());
        for number in 0..scenario.viewers() {
            let room = scenario.room_of(number);
            let (tcp, rest) = connect(entrance, room)?;
            tcp.set_nonblocking(true)?;
            let flags = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
            epoll.add(&tcp, EpollEvent::new(flags, number as u64))?;
            let (frames, last) = (Frames::new(entrance.framing), entrance.base);
            let counts_figures = scenario.says_figures();
            let mut viewer = Viewer { room, tcp, frames, last, counts_figures };
            viewer.take(&rest, |_, _, _| ())?;
            viewers.push(viewer);
        }
        Ok(Self { all: viewers, epoll, base: entrance.base, buffer: vec![0; 256 << 10] })
    }

    /// Reads until everybody has everything. `told` hears of each message of room 0 that the last
    /// viewer of it has got.
    pub(super) fn watch(
        mut self,
        scenario: &Scenario,
        board: &Arc<Board>,
        told: &Sender<()>,
    ) -> anyhow::Result<Seen> {
        let awaited = self.all.iter().filter(|viewer| !scenario.is_in_the_way(viewer.room));
        let mut missing: u64 = awaited.map(|viewer| scenario.messages(viewer.room)).sum();
        let in_first = self.all.iter().filter(|viewer| viewer.room == 0).count() as u64;
        let mut reached = vec![0; usize::try_from(scenario.messages(0))?];
        let latencies = Histogram::new_with_bounds(1, 60_000_000, 3)?;
        let mut seen = Seen { deliveries: 0, reads: 0, latencies };
        let mut events = vec![EpollEvent::empty(); 1_024];
        let patience = EpollTimeout::try_from(PATIENCE)?;
        while 0 < missing {
            let ready = self.epoll.wait(&mut events, patience)?;
            ensure!(0 < ready, "{missing} deliveries are missing, {} came", seen.deliveries);
            for event in &events[..ready] {
                let viewer = &mut self.all[usize::try_from(event.data())?];
                let Seen { deliveries, reads, latencies } = &mut seen;
                loop {
                    let count = match viewer.tcp.read(&mut self.buffer) {
                        Ok(0) => bail!("a stream was closed after {}", viewer.last),
                        Ok(count) => count,
                        Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                        Err(error) => return Err(error.into()),
                    };
                    *reads += 1;
                    let now = board.now_ns();
                    let base = self.base;
                    viewer.take(&self.buffer[..count], |room, seq, stands_for| {
                        *deliveries += 1;
                        let n = seq - base - 1;
                        if !scenario.is_in_the_way(room) {
                            missing = missing.saturating_sub(stands_for);
                            let sent = board.place(room, n);
                            let sent = sent.map_or(0, |at| at.load(Ordering::Relaxed));
                            latencies.saturating_record(now.saturating_sub(sent) / 1_000);
                        }
                        if room == 0
                            && let Some(count) =
                                usize::try_from(n).ok().and_then(|n| reached.get_mut(n))
                        {
                            *count += 1;
                            if *count == in_first {
                                // The publisher may have said all it had to.
                                told.send(()).ok();
                            }
                        }
                    })?;
                    if count < self.buffer.len() {
                        break;
                    }
                }
            }
        }
        Ok(seen)
    }
}

impl Viewer {
    /// Tells of each item that a frame stands for, once it has been found to be the next; or of each
    /// figure, which may stand for some that were left out.
    fn take(&mut self, bytes: &[u8], mut told: impl FnMut(usize, u64, u64)) -> anyhow::Result<()> {
        let (room, last, counts_figures) = (self.room, &mut self.last, self.counts_figures);
        self.frames.take(bytes, |said| {
            match said {
                Said::Beginning(at) => ensure!(*last == at, "began at {at}, not at {last}"),
                Said::Items { from, to } => {
                    ensure!(
                        from == *last + 1 && from <= to,
                        "after {last} came {from} to {to}: a hole, or something twice",
                    );
                    *last = to;
                    for seq in from..=to {
                        told(room, seq, 1);
                    }
                }
                Said::Online(users) if counts_figures => {
                    ensure!(*last <= users, "after {last} users came {users}");
                    // Else only the number of connections has changed.
                    if *last < users {
                        told(room, users, users - *last);
                    }
                    *last = users;
                }
                Said::Online(_) => {}
            }
            Ok(())
        })
    }
}

/// A connection past the head of its answer, and what came with it.
fn connect(entrance: &Entrance<'_>, room: usize) -> anyhow::Result<(TcpStream, Vec<u8>)> {
    let mut tcp = TcpStream::connect(entrance.addr).context("the server does not listen")?;
    tcp.set_nodelay(true)?;
    tcp.set_read_timeout(Some(PATIENCE))?;
    let (path, headers) = ((entrance.path)(room), &entrance.headers);
    let upgrade = match entrance.framing {
        Framing::Sse => "Accept: text/event-stream\r\n",
        Framing::WebSocket => {
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        }
    };
    let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{upgrade}{headers}\r\n");
    tcp.write_all(request.as_bytes())?;
    let (mut head, mut piece) = (Vec::new(), [0; 4_096]);
    loop {
        let count = tcp.read(&mut piece).context("the server does not answer")?;
        ensure!(0 < count, "the server closes: {}", String::from_utf8_lossy(&head));
        head.extend_from_slice(&piece[..count]);
        let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let rest = head.split_off(end + 4);
        let expected: &[u8] = match entrance.framing {
            Framing::Sse => b"HTTP/1.1 200",
            Framing::WebSocket => b"HTTP/1.1 101",
        };
        ensure!(head.starts_with(expected), "{}", String::from_utf8_lossy(&head));
        return Ok((tcp, rest));
    }
}
