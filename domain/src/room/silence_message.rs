//! `SendMessage` → `message_silenced`: a message that its sender believes to be sent; custom and
//! paid ones too.
//!
//! They see it like any other, and so do those who run the room, who are told what it is. The log and
//! its tables keep it; it counts for nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::EventData;
use crate::room::said::{Besides, Said};

/// Others learn only that the place is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSilenced {
    /// What they typed; of a custom message, its `data`.
    pub text: Arc<str>,
    /// `room_seq` of what they reply to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// What else it has, if it is no chat message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub besides: Option<Besides>,
}

/// The message as one that nobody else shall see.
pub(crate) fn silence(said: Said) -> EventData {
    let Said { text, reply_to, besides } = said;
    EventData::MessageSilenced(MessageSilenced { text, reply_to, besides })
}
