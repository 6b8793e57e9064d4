//! Whether the host of a new room has registered: asked of the read model, like profiles.
//!
//! The read model is a moment behind: an owner who is not found is asked for again for a while. Without
//! an answer the room is created: a dead read side does not stop the show.

use std::collections::HashSet;
use std::time::Duration;

use domain::command::{Action, Command, RoomCommand};
use domain::ids::{AppId, UserId};
use domain::room::create_room::CreateRoom;
use tokio::time::{Instant, sleep};

use crate::gateway::Gateway;

/// Pause before an owner is asked for again.
const ASK_AGAIN: Duration = Duration::from_millis(50);

impl Gateway {
    /// Marks the rooms whose owner nobody knows.
    pub(super) async fn mark_unregistered(&self, app: &AppId, commands: &mut [Command]) {
        let mut missing: HashSet<UserId> =
            commands.iter_mut().filter_map(creation).map(|new| new.owner.clone()).collect();
        let until = Instant::now() + Duration::from_millis(self.config.owner_wait_ms);
        while !missing.is_empty() {
            let asked = missing.iter().cloned().collect();
            let Some(registered) = self.profiles.registered(app, asked).await else { return };
            missing.retain(|user| !registered.contains(user));
            if until <= Instant::now() {
                break;
            }
            if !missing.is_empty() {
                sleep(ASK_AGAIN).await;
            }
        }
        for new in commands.iter_mut().filter_map(creation) {
            new.owner_unregistered = missing.contains(&new.owner);
        }
    }
}

fn creation(command: &mut Command) -> Option<&mut CreateRoom> {
    if let Action::Room { command: RoomCommand::CreateRoom(new), .. } = &mut command.action {
        Some(new)
    } else {
        None
    }
}
