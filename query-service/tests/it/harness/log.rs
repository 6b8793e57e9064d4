//! Commits and snapshots as the sequencer writes them.

use std::time::Duration;

use domain::actor::{Actor, Role};
use domain::codec;
use domain::commit::Commit;
use domain::event::{Event, EventData, EventId};
use domain::ids::{LogSeq, RoomId};
use domain::room::create_room::RoomCreated;
use domain::state::{AppState, STATE_SCHEMA};
use domain::timestamp::Timestamp;
use nats::SnapshotMeta;
use service_kit::clock;

use super::{LIMIT, World, message};

/// What has been appended so far.
#[derive(Default)]
pub(super) struct Written {
    state: AppState,
    log_seq: LogSeq,
    /// How far the clock of what is appended is ahead.
    ahead_ms: i64,
}

impl World {
    /// Appends one commit with events of one room, or of the app.
    pub(crate) async fn append(&self, room: Option<&RoomId>, data: Vec<EventData>) -> Vec<Event> {
        let (commit, after) = self.pack(room, data);
        self.log.append(commit.id, codec::encode(&commit), after).await.unwrap();
        commit.events
    }

    /// Folds events in as the sequencer does and packs them into the next commit.
    fn pack(&self, room: Option<&RoomId>, data: Vec<EventData>) -> (Commit, LogSeq) {
        let mut written = self.written.lock().unwrap();
        let command = clock::new_command_id();
        let at = Timestamp(clock::now().0 + written.ahead_ms).max(written.state.changed_at);
        let actor = Actor::unknown("ann".parse().unwrap(), Role::Viewer);
        let after = written.log_seq;
        let mut events = Vec::new();
        for (data, index) in data.into_iter().zip(0..) {
            let scope = written.state.next_scope(room);
            let id = EventId { command, index };
            let event = Event { scope, id, at, actor: actor.clone(), data };
            written.state.evolve(&event, after.next());
            events.push(event);
        }
        written.log_seq = after.next();
        let id = clock::new_command_id();
        (Commit { id, epoch: 1, at, events, settled: vec![] }, after)
    }

    /// What is appended from now on happens so much later.
    pub(crate) fn pass(&self, ms: i64) {
        self.written.lock().unwrap().ahead_ms += ms;
    }

    /// A room with that many messages after its first event.
    pub(crate) async fn room(&self, name: &str, messages: u32) -> RoomId {
        let room: RoomId = name.parse().unwrap();
        let created = RoomCreated { name: "Tea".into(), owner: "host".parse().unwrap() };
        let mut data = vec![EventData::RoomCreated(created)];
        data.extend((0..messages).map(|n| message(&format!("message {n}"))));
        let events = self.append(Some(&room), data).await;
        self.project(&events).await;
        room
    }

    /// Sends a message.
    pub(crate) async fn say(&self, room: &RoomId, text: &str) -> Vec<Event> {
        self.append(Some(room), vec![message(text)]).await
    }

    /// As [`World::say`], while the log may be out of reach: the same commit again until it is there.
    pub(crate) async fn say_until_stored(&self, room: &RoomId, text: &str) {
        let (commit, after) = self.pack(Some(room), vec![message(text)]);
        let bytes = codec::encode(&commit);
        let storing = async {
            while self.log.append(commit.id, bytes.clone(), after).await.is_err() {
                if self.log.last_seq().await.is_ok_and(|last| after < last) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(LIMIT, storing).await.unwrap();
    }

    /// Appends what is not a commit of this program.
    pub(crate) async fn append_raw(&self, bytes: Vec<u8>) {
        let after = LogSeq(self.log_seq());
        self.log.append(clock::new_command_id(), bytes, after).await.unwrap();
    }

    /// Stores the state as the sequencer does, as of `log_seq`.
    pub(crate) async fn save_snapshot(&self, log_seq: u64) {
        let state = serde_json::to_value(&self.written.lock().unwrap().state).unwrap();
        let json = serde_json::json!({ "state": state, "ledger": { "not": "ours" } });
        self.save_snapshot_of(STATE_SCHEMA, log_seq, json.to_string().into_bytes()).await;
    }

    pub(crate) async fn save_snapshot_of(&self, schema: u32, log_seq: u64, json: Vec<u8>) {
        let meta = SnapshotMeta { schema, log_seq: LogSeq(log_seq) };
        self.nats.save_snapshot(&self.app, meta, json).await.unwrap();
    }

    pub(crate) fn log_seq(&self) -> u64 {
        self.written.lock().unwrap().log_seq.0
    }

    /// Waits until the hub has folded in what was appended.
    pub(crate) async fn caught_up(&self, room: &RoomId) {
        let path = format!("rooms/{room}?min_seq={}&recent=0", self.log_seq());
        assert_eq!(self.get(&path).await.0, 200);
    }
}
