//! One viewer as the broadcaster sees them: a socket, and the `room_seq` that they have come to.
//!
//! A member is attached while they keep up. The broadcaster detaches whoever does not take a whole
//! round; their own task then writes what is left over, goes on from their cursor, and attaches them
//! again when they are up to date. Whoever holds the lock may write.

use std::io::{self, ErrorKind};
use std::sync::Mutex;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use service_kit::http::Socket;
use tokio::sync::Notify;

use crate::broadcast::round::{Lacks, Round};
use crate::hub::lock::lock;
use crate::hub::room::Room;
use crate::metrics::Transport;

#[derive(Debug)]
pub(crate) struct Member {
    transport: Transport,
    state: Mutex<State>,
    detached: Notify,
}

#[derive(Debug)]
struct State {
    /// Nothing once the viewer is gone: the connection closes although an audience may still list it.
    socket: Option<Socket>,
    place: Place,
    cursor: u64,
    /// The number of the figure of who is there that they have.
    sign: u64,
    /// What of a round the socket has not taken yet. Goes out before anything else.
    rest: Bytes,
    /// The viewer's own task has written a part of a frame.
    is_mid_frame: bool,
    /// Something was written since somebody asked.
    sent: bool,
}

/// What an audience knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Unlisted,
    /// In the list of an audience, which passes it by and forgets it.
    Passed,
    /// In the list, and the broadcaster writes.
    Attached,
}

/// What became of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivered {
    Written,
    /// The viewer has it already.
    Nothing,
    /// No longer attached, and no longer listed.
    Gone,
}

impl Member {
    pub(crate) fn new(socket: Socket, transport: Transport) -> Self {
        let state = State {
            socket: Some(socket),
            place: Place::Unlisted,
            cursor: 0,
            sign: 0,
            rest: Bytes::new(),
            is_mid_frame: false,
            sent: false,
        };
        Self { transport, state: Mutex::new(state), detached: Notify::new() }
    }

    /// From now on the broadcaster writes what follows `cursor` and the figure `sign`. True if it must
    /// be listed for that.
    pub(super) fn attach(&self, cursor: u64, sign: u64) -> bool {
        let mut state = lock(&self.state);
        (state.cursor, state.sign) = (cursor, sign);
        std::mem::replace(&mut state.place, Place::Attached) == Place::Unlisted
    }

    /// The viewer's own task writes again, from the cursor and the figure that it is given.
    pub(crate) fn leave(&self) -> (u64, u64) {
        let mut state = lock(&self.state);
        state.pass_by();
        (state.cursor, state.sign)
    }

    pub(crate) fn is_attached(&self) -> bool {
        lock(&self.state).place == Place::Attached
    }

    /// Waits until the broadcaster has detached it.
    pub(crate) async fn detached(&self) {
        while self.is_attached() {
            self.detached.notified().await;
        }
    }

    /// Whether anything was written since this was asked last.
    pub(crate) fn take_sent(&self) -> bool {
        std::mem::take(&mut lock(&self.state).sent)
    }

    /// Whether a part of a round is still to be written.
    pub(crate) fn has_rest(&self) -> bool {
        !lock(&self.state).rest.is_empty()
    }

    /// The viewer is gone.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.pass_by();
        state.socket = None;
    }

    /// Not attached: to be listed no longer.
    pub(super) fn is_gone(&self) -> bool {
        let mut state = lock(&self.state);
        state.is_gone()
    }

    /// Detaches it if it has not come to `cursor` and to the figure `sign`. True if it is not attached
    /// any more.
    pub(super) fn is_behind(&self, cursor: u64, sign: u64) -> bool {
        let mut state = lock(&self.state);
        if state.place == Place::Attached && (state.cursor < cursor || state.sign < sign) {
            self.detach(&mut state);
        }
        state.is_gone()
    }

    /// Writes a round, or of it what the viewer does not have yet.
    pub(super) fn deliver(&self, round: &Round, room: &Room) -> Delivered {
        let mut state = lock(&self.state);
        if state.is_gone() {
            return Delivered::Gone;
        }
        let own;
        let round = match round.lacks(state.cursor, state.sign) {
            Lacks::Nothing => return Delivered::Nothing,
            Lacks::All => round,
            Lacks::Some => match round.own(state.cursor, state.sign, room) {
                Some(found) => {
                    own = found;
                    &own
                }
                None => return self.detach(&mut state),
            },
        };
        // What readers may not all know is written by each one's own task, which knows the reader.
        if state.is_mid_frame || round.is_restricted() {
            return self.detach(&mut state);
        }
        let bytes = round.bytes(self.transport);
        match state.socket.as_ref().map(|socket| socket.try_write(bytes)) {
            Some(Ok(written)) => {
                state.cursor = round.run().map_or(state.cursor, |run| run.last);
                state.sign = round.sign().map_or(state.sign, |posted| posted.number);
                state.sent = true;
                if written == bytes.len() {
                    return Delivered::Written;
                }
                state.rest = bytes.slice(written..);
                self.detach(&mut state)
            }
            // The viewer's own task waits for the socket, or learns what is wrong with it.
            Some(Err(_)) | None => self.detach(&mut state),
        }
    }

    fn detach(&self, state: &mut State) -> Delivered {
        state.place = Place::Unlisted;
        self.detached.notify_one();
        Delivered::Gone
    }

    /// Writes for the viewer's own task. What the broadcaster has begun comes first.
    ///
    /// Callers write whole frames and continue after a partial write, so a complete write ends at
    /// the end of a frame.
    pub(super) fn poll_write(
        &self,
        socket: &Socket,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = lock(&self.state);
        ready!(poll_rest(&mut state, socket, cx))?;
        let written = ready!(socket.poll_write(cx, bytes))?;
        state.is_mid_frame = written < bytes.len();
        Poll::Ready(Ok(written))
    }

    /// Writes what the broadcaster has begun.
    pub(super) fn poll_flush(&self, socket: &Socket, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        poll_rest(&mut lock(&self.state), socket, cx)
    }
}

impl State {
    /// The broadcaster writes no more; it learns that when it comes by.
    fn pass_by(&mut self) {
        if self.place == Place::Attached {
            self.place = Place::Passed;
        }
    }

    /// Whether the broadcaster is to forget it, which it does at once.
    fn is_gone(&mut self) -> bool {
        let gone = self.place != Place::Attached;
        if gone {
            self.place = Place::Unlisted;
        }
        gone
    }
}

fn poll_rest(state: &mut State, socket: &Socket, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
    while state.rest.has_remaining() {
        let written = ready!(socket.poll_write(cx, &state.rest))?;
        if written == 0 {
            return Poll::Ready(Err(ErrorKind::WriteZero.into()));
        }
        state.rest.advance(written);
    }
    Poll::Ready(Ok(()))
}
