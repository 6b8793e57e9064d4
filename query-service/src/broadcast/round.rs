//! What one pass through a room's members brings them: items, and the newest figure of who is there.

use std::cell::OnceCell;

use bytes::{Bytes, BytesMut};

use crate::hub::online::Posted;
use crate::hub::ring::After;
use crate::hub::room::Room;
use crate::hub::run::Run;
use crate::metrics::Transport;

#[derive(Debug)]
pub(super) struct Round {
    run: Option<Run>,
    sign: Option<Posted>,
    sse: OnceCell<Bytes>,
    websocket: OnceCell<Bytes>,
}

/// Of a round, what a member does not have yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lacks {
    All,
    /// They stand somewhere else than the others.
    Some,
    Nothing,
}

impl Round {
    /// None if there is nothing to bring.
    pub(super) fn new(run: Option<Run>, sign: Option<Posted>) -> Option<Self> {
        let is_empty = run.is_none() && sign.is_none();
        let (sse, websocket) = (OnceCell::new(), OnceCell::new());
        (!is_empty).then_some(Self { run, sign, sse, websocket })
    }

    pub(super) fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    pub(super) fn sign(&self) -> Option<&Posted> {
        self.sign.as_ref()
    }

    /// Whether readers get different frames.
    pub(super) fn is_restricted(&self) -> bool {
        self.run.as_ref().is_some_and(Run::is_restricted)
    }

    /// What a member lacks who has come to `cursor` and has the figure `sign`.
    pub(super) fn lacks(&self, cursor: u64, sign: u64) -> Lacks {
        let wants_run = self.run.as_ref().is_some_and(|run| cursor < run.last);
        let wants_sign = self.sign.as_ref().is_some_and(|posted| sign < posted.number);
        let begins_here = self.run.as_ref().is_none_or(|run| cursor + 1 == run.first);
        match (wants_run, wants_sign) {
            (false, false) => Lacks::Nothing,
            _ if wants_run == self.run.is_some()
                && wants_sign == self.sign.is_some()
                && begins_here =>
            {
                Lacks::All
            }
            _ => Lacks::Some,
        }
    }

    /// The same for them alone; nothing if the room no longer has it.
    pub(super) fn own(&self, cursor: u64, sign: u64, room: &Room) -> Option<Self> {
        let run = match &self.run {
            Some(run) if cursor < run.last => match room.after(cursor) {
                After::Run(run) => Some(run),
                After::UpToDate | After::Behind => return None,
            },
            Some(_) | None => None,
        };
        Self::new(run, self.sign.clone().filter(|posted| sign < posted.number))
    }

    /// All of it, as it is written.
    pub(super) fn bytes(&self, transport: Transport) -> &Bytes {
        match (transport, &self.run, &self.sign) {
            (Transport::Sse, Some(run), None) => &run.sse,
            (Transport::WebSocket, Some(run), None) => run.websocket(),
            (Transport::Sse, run, sign) => self.sse.get_or_init(|| {
                let run = run.iter().map(|run| &run.sse);
                join(run.chain(sign.iter().map(|posted| posted.frame.sse())))
            }),
            (Transport::WebSocket, run, sign) => self.websocket.get_or_init(|| {
                let mut message = BytesMut::new();
                if let Some(posted) = sign {
                    posted.frame.put_message(&mut message);
                }
                join(run.iter().map(Run::websocket).chain([&message.freeze()]))
            }),
        }
    }
}

fn join(pieces: impl Iterator<Item = impl AsRef<[u8]>>) -> Bytes {
    let mut joined = BytesMut::new();
    for piece in pieces {
        joined.extend_from_slice(piece.as_ref());
    }
    joined.freeze()
}
