//! `BroadcastMessage` → `broadcast_sent`: all rooms of the app are told something at once.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::event::EventData;
use crate::rejection::Rejection;
use crate::state::{AppState, Context};
use crate::text;

/// Only for admins. One event of the app, however many rooms there are: every open stream gets it as a
/// notice, and no room counts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BroadcastMessage {
    /// What all shall read; may be empty where `data` says it.
    #[serde(default)]
    pub text: Arc<str>,
    /// For the clients' own use.
    #[serde(default)]
    pub data: Arc<str>,
}

/// All who watch are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct BroadcastSent {
    pub text: Arc<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub data: Arc<str>,
    /// Counts the broadcasts of the app, from 1: who sees a hole has missed one.
    pub broadcast_seq: u64,
}

pub(crate) fn broadcast_message(
    app: &AppState,
    actor: &Actor,
    command: BroadcastMessage,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let BroadcastMessage { text, data } = command;
    if actor.role != Role::Admin {
        return Err(Rejection::NotAllowed { needed: "an admin".into() });
    }
    text::check("text", &text, context.limits.message_bytes_max, data.is_empty())?;
    text::check("data", &data, context.limits.custom_data_bytes_max, false)?;
    let broadcast_seq = app.broadcast_seq + 1;
    Ok(vec![EventData::BroadcastSent(BroadcastSent { text, data, broadcast_seq })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::state::testing::{Given, admin, host};

    fn broadcast(text: &str, data: &str) -> AppCommand {
        let (text, data) = (text.into(), data.into());
        AppCommand::BroadcastMessage(BroadcastMessage { text, data })
    }

    fn sent(broadcast_seq: u64) -> EventData {
        let (text, data) = ("sale!".into(), "".into());
        EventData::BroadcastSent(BroadcastSent { text, data, broadcast_seq })
    }

    #[test]
    fn an_admin_tells_all_and_each_time_counts() {
        Given::nothing().when_app(admin(), broadcast("sale!", "")).then([sent(1)]);
        let again = Given::events([sent(1)]).when_app(admin(), broadcast("sale!", ""));
        again.then([sent(2)]);
        Given::nothing().when_app(host(), broadcast("sale!", "")).then_refused("not_allowed");
    }

    #[test]
    fn it_says_something_and_not_too_much() {
        let when = |text: usize, data: usize| {
            let (text, data) = ("x".repeat(text), "x".repeat(data));
            Given::nothing().when_app(admin(), broadcast(&text, &data))
        };
        when(0, 0).then_refused("text_empty");
        when(0, 1).then_accepted();
        when(12_288, 1_024).then_accepted();
        when(12_289, 0).then_refused("text_too_long");
        when(1, 1_025).then_refused("text_too_long");
    }
}
