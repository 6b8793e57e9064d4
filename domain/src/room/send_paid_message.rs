//! `SendPaidMessage` → `paid_message_sent`: a message that was paid for and stays pinned a while.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::coins::Coins;
use crate::event::EventData;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::{is_trusted, may_talk};
use crate::room::state::Room;
use crate::state::Context;
use crate::text;

/// Only from the merchant's server, which has taken the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendPaidMessage {
    /// What they typed.
    pub text: Arc<str>,
    /// What was paid.
    pub amount: Coins,
    /// How long clients keep it in sight.
    pub pinned_s: u32,
}

/// Everybody sees it, and sees that it was paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct PaidMessageSent {
    pub text: Arc<str>,
    pub amount: Coins,
    pub pinned_s: u32,
}

pub(crate) fn send_paid_message(
    room: &Room,
    actor: &Actor,
    command: SendPaidMessage,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SendPaidMessage { text, amount, pinned_s } = command;
    is_trusted(actor)?;
    may_talk(room, actor, context.now)?;
    text::check("text", &text, context.limits.message_bytes_max, true)?;
    in_range("amount", amount.0, 1, Coins::MAX.0)?;
    Ok(vec![EventData::PaidMessageSent(PaidMessageSent { text, amount, pinned_s })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, admin, viewer};

    fn send(amount: u64) -> RoomCommand {
        let amount = Coins(amount);
        RoomCommand::SendPaidMessage(SendPaidMessage { text: "hi".into(), amount, pinned_s: 60 })
    }

    #[test]
    fn only_a_trusted_caller_says_what_was_paid() {
        let in_the_name_of_ann = Actor { via: Some(admin().user), ..viewer("ann") };
        Given::room().when(in_the_name_of_ann, send(30_000)).then_accepted();
        Given::room().when(viewer("ann"), send(30_000)).then_refused("not_allowed");
    }

    #[test]
    fn an_amount_is_at_least_1_and_exact_in_a_browser() {
        Given::room().when(admin(), send(1)).then_accepted();
        Given::room().when(admin(), send(0)).then_refused("out_of_range");
        Given::room().when(admin(), send(Coins::MAX.0)).then_accepted();
        Given::room().when(admin(), send(Coins::MAX.0 + 1)).then_refused("out_of_range");
    }
}
