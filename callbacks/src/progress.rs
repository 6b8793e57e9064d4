//! What is kept of an endpoint: how far it has come, and what was set aside. Written as one, so that
//! neither is lost without the other.

use std::collections::VecDeque;

use bytes::Bytes;
use domain::ids::{LogSeq, RoomId};
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// The value of an endpoint's checkpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Everything up to here is delivered, set aside or of no interest.
    pub(crate) log_seq: LogSeq,
    /// Events that were delivered.
    pub(crate) delivered: u64,
    /// Events that were set aside.
    pub(crate) set_aside: u64,
    /// The newest of these, oldest first.
    pub(crate) last_set_aside: VecDeque<SetAside>,
}

/// An event that the endpoint did not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SetAside {
    /// The commit that holds it.
    pub(crate) log_seq: LogSeq,
    /// Which event, as in its own `id`.
    pub(crate) event_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The room, for an event of a room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) room_id: Option<RoomId>,
    /// How often it was sent.
    pub(crate) attempts: u32,
    /// What came of the last attempt.
    pub(crate) why: String,
    /// When it was set aside.
    pub(crate) at: Timestamp,
}

impl Progress {
    /// Nothing yet, up to this place.
    pub(crate) fn at(log_seq: LogSeq) -> Self {
        Self { log_seq, ..Self::default() }
    }

    pub(crate) fn parse(stored: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(stored)
    }

    pub(crate) fn to_json(&self) -> Result<Bytes, serde_json::Error> {
        serde_json::to_vec(self).map(Bytes::from)
    }

    /// One more that was not taken; of these the newest `kept` are remembered. The same one again,
    /// after a crash, stands there once.
    pub(crate) fn add(&mut self, set_aside: SetAside, kept: usize) {
        self.set_aside += 1;
        self.last_set_aside.retain(|known| known.event_id != set_aside.event_id);
        self.last_set_aside.push_back(set_aside);
        while kept < self.last_set_aside.len() {
            self.last_set_aside.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_aside(n: u64) -> SetAside {
        SetAside {
            log_seq: LogSeq(n),
            event_id: format!("e{n}"),
            kind: "gift_sent".to_owned(),
            room_id: None,
            attempts: 5,
            why: "status 400".to_owned(),
            at: Timestamp(n.cast_signed()),
        }
    }

    #[test]
    fn the_newest_that_were_set_aside_are_remembered_once_each() {
        let mut progress = Progress::at(LogSeq(7));
        for n in [1, 2, 3, 3, 4] {
            progress.add(set_aside(n), 3);
        }
        let known: Vec<u64> = progress.last_set_aside.iter().map(|one| one.log_seq.0).collect();
        assert_eq!((known, progress.set_aside), (vec![2, 3, 4], 5));
        assert_eq!(Progress::parse(&progress.to_json().unwrap()).unwrap(), progress);
        progress.add(set_aside(5), 0);
        assert!(progress.last_set_aside.is_empty());
    }
}
