//! Instances of the command side, commands to send to them, and what the log says afterwards.

use std::collections::HashMap;
use std::time::Duration;

use command_service::gateway::config::GatewayConfig;
use command_service::gateway::submit::Submitter;
use command_service::sequencer::answer::Answer;
use command_service::sequencer::config::SequencerConfig;
use command_service::sequencer::handle::{SequencerHandle, door};
use command_service::sequencer::lead::Candidate;
use command_service::sequencer::limiter::config::LimiterConfig;
use domain::actor::{Actor, Role};
use domain::command::{Action, Command, RoomCommand};
use domain::commit::Outcome;
use domain::event::{Event, Scope};
use domain::ids::{AppId, CommandId, LogSeq, RoomId};
use domain::limits::Limits;
use domain::room::create_room::CreateRoom;
use domain::room::send_message::SendMessage;
use nats::client::Nats;
use nats::config::NatsConfig;
use nats::tail::TailConfig;
use service_kit::clock;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) fn app() -> AppId {
    "shop".parse().unwrap()
}

pub(crate) fn room_id() -> RoomId {
    "room".parse().unwrap()
}

/// One process with a command-service in it, without HTTP.
pub(crate) struct Instance {
    pub(crate) nats: Nats,
    pub(crate) handle: SequencerHandle,
    pub(crate) submitter: Submitter,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Instance {
    pub(crate) async fn start(config: &NatsConfig) -> Self {
        Self::start_with(config, SequencerConfig::default()).await
    }

    pub(crate) async fn start_with(config: &NatsConfig, mut sequencer: SequencerConfig) -> Self {
        // A test sends faster than people do.
        sequencer.limiter = LimiterConfig::off();
        let nats = Nats::connect(config).await.unwrap();
        let log = nats.open_log(&app()).await.unwrap();
        let (door, handle) = door();
        let candidate = Candidate {
            nats: nats.clone(),
            log,
            app: app(),
            instance: format!("test-{}", clock::new_command_id()),
            config: sequencer,
            limits: Limits::default(),
            door,
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(candidate.run(stop.clone()));
        let local = HashMap::from([(app(), handle.clone())]);
        let config = GatewayConfig { answer_timeout_ms: 20_000, ..GatewayConfig::default() };
        let submitter = Submitter::new(local, nats.clone(), &config);
        Self { nats, handle, submitter, stop, task }
    }

    pub(crate) async fn until_leading(&self) {
        eventually("leads", || self.handle.leads()).await;
    }

    /// Ends as a killed process would: nothing is released, nothing is saved.
    pub(crate) fn kill(self) {
        self.task.abort();
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    pub(crate) async fn send(&self, command: Command) -> Answer {
        self.submitter.submit(&app(), vec![command]).await.unwrap().pop().unwrap()
    }
}

pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    eventually_async(what, async || holds()).await;
}

/// As [`eventually`], of what takes a question to find out.
pub(crate) async fn eventually_async(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never: {what}");
}

pub(crate) fn create() -> Command {
    let owner = "host".parse().unwrap();
    let command = RoomCommand::CreateRoom(CreateRoom {
        name: "Tea".into(),
        owner,
        kind: "".into(),
        cover: "".into(),
        owner_unregistered: false,
    });
    in_room(clock::new_command_id(), "host", Role::Host, command)
}

pub(crate) fn say(text: &str) -> Command {
    let command = RoomCommand::SendMessage(SendMessage { text: text.into(), reply_to: None });
    in_room(clock::new_command_id(), "ann", Role::Viewer, command)
}

fn in_room(id: CommandId, user: &str, role: Role, command: RoomCommand) -> Command {
    let actor = Actor::unknown(user.parse().unwrap(), role);
    Command { id, actor, action: Action::Room { room_id: room_id(), command }, screening: None }
}

#[track_caller]
pub(crate) fn seq_of(answer: &Answer) -> u64 {
    match answer {
        Answer::Settled(Outcome::Accepted(accepted)) => accepted.seq,
        other => panic!("not accepted: {other:?}"),
    }
}

/// Every event of the room, as the log has it. Checks that `room_seq` is dense.
pub(crate) async fn room_events(nats: &Nats) -> Vec<Event> {
    let log = nats.open_log(&app()).await.unwrap();
    let end = log.last_seq().await.unwrap();
    let mut tail = log.tail(LogSeq(0), TailConfig::default());
    let mut events = Vec::new();
    let mut at = LogSeq(0);
    while at < end {
        let read = tail.next().await.unwrap();
        at = read.seq;
        events.extend(read.commit.events.into_iter().filter(
            |event| matches!(&event.scope, Scope::Room { room_id: id, .. } if *id == room_id()),
        ));
    }
    for (event, expected) in events.iter().zip(1..) {
        assert!(matches!(event.scope, Scope::Room { room_seq, .. } if room_seq == expected));
    }
    events
}
