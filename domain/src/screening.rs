//! What the gateway's filter found in the texts of a command, and what that makes of its events.
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
        let events = self.decide(actor, action, context)?;
        match screening {
            Some(Screening::Refused { field }) if !events.is_empty() => {
                Err(Rejection::TextRefused { field })
            }
            Some(Screening::Refused { .. }) | None => Ok(events),
        }
    }
}
