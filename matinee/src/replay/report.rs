//! What came of a replay.

use std::collections::BTreeMap;

use domain::ids::{LogSeq, RoomId};

use crate::recording::sums::Sums;
use crate::recording::types::Types;

/// Counts of one replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The room that it was played into.
    pub room_id: RoomId,
    /// What the recording says.
    pub recorded: Sums,
    /// The events that come of the recording, by type.
    pub types: Types,
    /// What the command side accepted of it.
    pub accepted: Sums,
    /// Lines that were refused, by the type of the problem.
    pub refused: BTreeMap<String, u64>,
    /// How often a call was sent again because nobody knew what became of it.
    pub retries: u64,
    /// A reader that has come to here shows everything.
    pub log_seq: LogSeq,
}

impl Report {
    pub(crate) fn new(room_id: RoomId, recorded: Sums, types: Types) -> Self {
        Self {
            room_id,
            recorded,
            types,
            accepted: Sums::default(),
            refused: BTreeMap::new(),
            retries: 0,
            log_seq: LogSeq::default(),
        }
    }

    /// Whether every line was accepted.
    pub fn is_complete(&self) -> bool {
        self.refused.is_empty() && self.recorded == self.accepted
    }
}
