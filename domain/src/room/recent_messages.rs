//! Who sent the newest messages: what a recall by the sender needs.
//!
//! A room holds its own, the app the order of all: together they are at most
//! [`RECENT_MESSAGES_MAX`]. A room remembers up to where it has forgotten, so that what was never a
//! message can be told from what is no longer known.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::timestamp::Timestamp;

/// Messages that an app remembers, over all its rooms. A constant and no setting: every fold of a log
/// must remember the same.
pub const RECENT_MESSAGES_MAX: usize = 65_536;

/// The newest messages of one room, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentMessages {
    messages: VecDeque<RecentMessage>,
    forgotten_to: u64,
}

/// One message: chat, custom or paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentMessage {
    /// Its `room_seq`.
    pub seq: u64,
    /// Whose it is.
    pub user: UserId,
    /// When it was sent.
    pub at: Timestamp,
    /// It has been taken back.
    pub recalled: bool,
}

/// What is known of an item.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Known<'a> {
    Message(&'a RecentMessage),
    NoMessage,
    /// So old that it may have been a message, of whomever.
    Forgotten,
}

impl RecentMessages {
    pub(crate) fn push(&mut self, seq: u64, user: UserId, at: Timestamp) {
        self.messages.push_back(RecentMessage { seq, user, at, recalled: false });
    }

    /// Forgets the oldest; gives back the memory of a storm that is long over.
    pub(crate) fn forget_oldest(&mut self) {
        if let Some(oldest) = self.messages.pop_front() {
            self.forgotten_to = oldest.seq;
        }
        if self.messages.len() < self.messages.capacity() / 4 {
            self.messages.shrink_to(self.messages.len() * 2);
        }
    }

    pub(crate) fn find(&self, seq: u64) -> Known<'_> {
        match self.messages.binary_search_by_key(&seq, |message| message.seq) {
            Ok(place) => Known::Message(&self.messages[place]),
            Err(_) if seq <= self.forgotten_to => Known::Forgotten,
            Err(_) => Known::NoMessage,
        }
    }

    pub(crate) fn recall(&mut self, seq: u64) {
        if let Ok(place) = self.messages.binary_search_by_key(&seq, |message| message.seq) {
            self.messages[place].recalled = true;
        }
    }

    /// Whether the item is known to be a message that was taken back.
    pub fn is_recalled(&self, seq: u64) -> bool {
        matches!(self.find(seq), Known::Message(RecentMessage { recalled: true, .. }))
    }
}
