//! Writes a commit event by event, so that its size is known while it is being packed.

use serde::Serialize;

use crate::commit::Settled;
use crate::event::Event;
use crate::ids::CommandId;
use crate::timestamp::Timestamp;

/// The bytes of a commit in the making: `{commit, epoch, at, events: [..], settled: [..]}`.
#[derive(Debug)]
pub struct CommitWriter {
    id: CommandId,
    body: Vec<u8>,
    events: usize,
    settled: Vec<u8>,
}

impl CommitWriter {
    /// An empty commit.
    pub fn new(id: CommandId, epoch: u64, at: Timestamp) -> Self {
        let mut body = Vec::with_capacity(4_096);
        let head = format!(r#"{{"commit":"{id}","epoch":{epoch},"at":{},"events":["#, at.0);
        body.extend_from_slice(head.as_bytes());
        Self { id, body, events: 0, settled: Vec::new() }
    }

    /// The commit's id.
    pub fn id(&self) -> CommandId {
        self.id
    }

    /// Adds a fact.
    pub fn event(&mut self, event: &Event) {
        if self.events != 0 {
            self.body.push(b',');
        }
        self.events += 1;
        write_json(&mut self.body, event);
    }

    /// Adds an answer that the facts do not tell.
    pub fn settled(&mut self, settled: &Settled) {
        self.settled.push(if self.settled.is_empty() { b'[' } else { b',' });
        write_json(&mut self.settled, settled);
    }

    /// How many bytes there are so far.
    pub fn len(&self) -> usize {
        self.body.len() + self.settled.len()
    }

    /// How many facts there are so far.
    pub fn events(&self) -> usize {
        self.events
    }

    /// Whether there is anything worth appending.
    pub fn is_empty(&self) -> bool {
        self.events == 0 && self.settled.is_empty()
    }

    /// The whole commit.
    pub fn finish(mut self) -> Vec<u8> {
        self.body.push(b']');
        if !self.settled.is_empty() {
            self.body.extend_from_slice(br#","settled":"#);
            self.body.append(&mut self.settled);
            self.body.push(b']');
        }
        self.body.push(b'}');
        self.body
    }
}

fn write_json(buffer: &mut Vec<u8>, value: &impl Serialize) {
    // Plain structs with text keys: writing them into memory cannot fail.
    #[expect(clippy::expect_used, reason = "see above")]
    serde_json::to_writer(buffer, value).expect("facts and answers are representable in JSON");
}
