//! Sends `LeaveRoom` for whoever is gone without a word, to the app's sequencer.
//!
//! Only for those who have joined: that is in `room_member`, with how they are shown. The id follows
//! from who came when, so several instances that send it send one command.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::actor::{Actor, Role};
use domain::app::set_admins::SYSTEM_USER;
use domain::command::{Action, Command, RoomCommand};
use domain::ids::{AppId, CommandId, RoomId, UserId};
use domain::room::leave_room::LeaveRoom;
use domain::timestamp::Timestamp;
use nats::{Nats, RequestSubject};
use service_kit::clock;
use service_kit::decided::Reply;
use service_kit::error_chain::ErrorChain;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::PresenceConfig;
use crate::hub::AppHub;
use crate::presence::leavers::Leaver;
use crate::read_models::ReadModels;
use crate::read_models::room_member::Arrival;

/// How often the same is tried; whoever is not left then stays in the list.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_secs(1);
/// Within this time the same membership gives the same id; well below the ledger's window.
const ID_STEP_MS: i64 = 60_000;

/// What the leaver works with.
#[derive(Debug)]
pub(crate) struct Leave {
    pub(crate) hub: Arc<AppHub>,
    pub(crate) nats: Nats,
    pub(crate) read_models: Arc<ReadModels>,
    pub(crate) config: PresenceConfig,
}

impl Leave {
    /// Works until it is stopped.
    pub(crate) async fn run(self, mut due: mpsc::Receiver<Vec<Leaver>>, stop: CancellationToken) {
        let working = async {
            while let Some(leavers) = due.recv().await {
                for some in leavers.chunks(self.config.leaves_per_request_max) {
                    self.leave(some).await;
                }
            }
        };
        stop.run_until_cancelled(working).await;
    }

    async fn leave(&self, leavers: &[Leaver]) {
        let mut commands: Option<Vec<Command>> = None;
        for attempt in 0..ATTEMPTS {
            if 0 < attempt {
                tokio::time::sleep(PAUSE).await;
            }
            // Made once: what is sent again has the same ids.
            if commands.is_none() {
                commands = self.commands(leavers).await;
            }
            let Some(commands) = &mut commands else { continue };
            commands.retain(|command| !self.is_back(command));
            if commands.is_empty() || self.send(commands).await {
                return;
            }
        }
        let app = self.hub.app();
        tracing::warn!(app.id = %app, users = leavers.len(), "who is gone could not be left");
    }

    fn is_back(&self, command: &Command) -> bool {
        match &command.action {
            Action::Room { room_id, .. } => self.hub.is_in(room_id, &command.actor.user),
            Action::App(_) => false,
        }
    }

    /// Nothing if the read model cannot be asked.
    async fn commands(&self, leavers: &[Leaver]) -> Option<Vec<Command>> {
        let app = self.hub.app();
        let joined = self.read_models.joined(app, leavers).await.ok()?;
        let now = clock::now();
        let owner = |room_id: &RoomId, user: &UserId| {
            self.hub.look(|state| state.rooms.get(room_id).is_some_and(|room| room.owner == *user))
        };
        let joined = joined.into_iter().filter(|it| !owner(&it.room_id, &it.user_id));
        Some(joined.filter_map(|joined| command(app, joined, now)).collect())
    }

    /// Whether there is an answer.
    async fn send(&self, commands: &[Command]) -> bool {
        let app = self.hub.app();
        let Ok(payload) = serde_json::to_vec(commands) else { return true };
        let timeout = Duration::from_millis(self.config.leave_timeout_ms);
        let subject = RequestSubject::Commands(app.clone());
        match self.nats.request(subject, Bytes::from(payload), timeout).await {
            Ok(answer) => match serde_json::from_slice(&answer) {
                // Each answer is final: accepted, or refused because the room is archived.
                Ok(Reply::Answers(_)) => true,
                Ok(Reply::Overloaded | Reply::Unknown | Reply::Unreadable) | Err(_) => false,
            },
            Err(error) => {
                tracing::debug!(app.id = %app, error = %ErrorChain(&error), "not left yet");
                false
            }
        }
    }
}

fn command(app: &AppId, joined: Arrival, now: Timestamp) -> Option<Command> {
    let id = command_id(app, &joined, now)?;
    let Arrival { room_id, user_id, nick, avatar, level, role, .. } = joined;
    let via = SYSTEM_USER.parse().ok();
    let role = if role == "guest" { Role::Guest } else { Role::Viewer };
    let actor = Actor { nick, avatar, level, via, ..Actor::unknown(user_id, role) };
    let action = Action::Room { room_id, command: RoomCommand::LeaveRoom(LeaveRoom {}) };
    Some(Command { id, actor, action, screening: None })
}

/// Of this minute; follows from app, room, user and when they came.
fn command_id(app: &AppId, joined: &Arrival, now: Timestamp) -> Option<CommandId> {
    let Arrival { room_id, user_id, joined_at, .. } = joined;
    let minute = Timestamp(now.0 - now.0 % ID_STEP_MS);
    // Ids hold no control characters, so no two of these make the same text.
    clock::command_id_of(minute, &format!("{app}\n{room_id}\n{user_id}\n{joined_at}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_who_came_when_and_the_minute() {
        let app = "shop".parse().unwrap();
        let joined = |user: &str, joined_at| Arrival {
            room_id: "tea".parse().unwrap(),
            user_id: user.parse().unwrap(),
            nick: user.into(),
            avatar: None,
            level: None,
            role: "viewer".to_owned(),
            joined_at,
        };
        let id = |joined: &Arrival, now| command_id(&app, joined, Timestamp(now)).unwrap();
        let ann = joined("ann", 5);
        assert_eq!(id(&ann, 60_000), id(&ann, 119_999));
        let others =
            [id(&ann, 120_000), id(&joined("bob", 5), 60_000), id(&joined("ann", 6), 60_000)];
        assert!(!others.contains(&id(&ann, 60_000)));
    }
}
