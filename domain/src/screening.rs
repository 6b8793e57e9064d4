//! What the gateway's filter found in the texts of a command, or a merchant's server said about it, and
//! what that makes of its events.
//!
//! The filter runs before the command is decided and only says what it found. Whether the command
//! would be allowed otherwise is asked first: somebody who is muted is told so, not that their text
//! is refused. The answer is settled in the log like any other, so that the same command gets it
//! again after the lists have changed.

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::command::Action;
use crate::event::EventData;
use crate::rejection::Rejection;
use crate::room::hold_message::hold;
use crate::room::permission::is_exempt;
use crate::room::said::Said;
use crate::room::silence_message::silence;
use crate::state::{AppState, Context};

/// What was found. A text that was only masked comes in its new form, without this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Screening {
    /// This text is not to be.
    Refused {
        /// The field that it stood in.
        field: String,
    },
    /// A message with this text is to wait; what cannot wait is not to be.
    Held {
        /// The field that it stood in.
        field: String,
    },
    /// A message with this text is to be seen by nobody else; what lasts is not to be.
    Silenced {
        /// The field that it stood in.
        field: String,
    },
    /// The merchant's server does not want the command, whatever it says.
    Declined {
        /// The merchant's own number for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u32>,
        /// What the sender is told.
        reason: String,
    },
}

impl AppState {
    /// [`AppState::decide`], under what the filter found.
    pub fn decide_screened(
        &self,
        actor: &Actor,
        action: Action,
        screening: Option<Screening>,
        context: &Context<'_>,
    ) -> Result<Vec<EventData>, Rejection> {
        let Some(screening) = screening else { return self.decide(actor, action, context) };
        let room_id = match &action {
            Action::Room { room_id, .. } => Some(room_id.clone()),
            Action::App(_) => None,
        };
        let events = self.decide(actor, action, context)?;
        if events.is_empty() {
            return Ok(events);
        }
        let room = room_id.and_then(|room_id| self.rooms.get(&room_id));
        let said = if let [event] = &events[..] { Said::of(event) } else { None };
        match (screening, room.zip(said)) {
            (Screening::Declined { code, reason }, _) => {
                Err(Rejection::DeclinedByMerchant { code, reason })
            }
            (Screening::Refused { field }, _)
            | (Screening::Held { field } | Screening::Silenced { field }, None) => {
                Err(Rejection::TextRefused { field })
            }
            // They would be the ones to look.
            (Screening::Held { .. } | Screening::Silenced { .. }, Some((room, _)))
                if is_exempt(room, actor) =>
            {
                Ok(events)
            }
            (Screening::Held { field }, Some((room, said))) => {
                Ok(vec![hold(room, said, (field, context.now), context.limits)?])
            }
            (Screening::Silenced { .. }, Some((_, said))) => Ok(vec![silence(said)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::change_room_status::RoomStatusChanged;
    use crate::room::send_message::SendMessage;
    use crate::room::status::RoomStatus;
    use crate::state::testing::{Given, viewer};

    fn declined() -> Screening {
        Screening::Declined { code: Some(9_003), reason: "no".into() }
    }

    #[test]
    fn what_the_merchant_declines_is_refused_unless_a_rule_refuses_it() {
        let send = || RoomCommand::SendMessage(SendMessage { text: "hi".into(), reply_to: None });
        let then = Given::room().when_screened(viewer("ann"), send(), declined());
        then.then_refused("declined_by_merchant");
        let ended = RoomStatusChanged { from: RoomStatus::Live, to: RoomStatus::Ended };
        let over = Given::room().and_in_room([EventData::RoomStatusChanged(ended)]);
        over.when_screened(viewer("ann"), send(), declined()).then_refused("room_closed");
    }
}
