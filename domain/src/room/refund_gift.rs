//! `RefundGift` → `gift_refunded`: a gift is taken back, because its payment was.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::coins::Coins;
use crate::event::EventData;
use crate::ids::{GiftId, RoomId, UserId};
use crate::rejection::Rejection;
use crate::room::permission::is_trusted;
use crate::room::state::Room;
use crate::state::{AppState, Context};
use crate::text;
use crate::timestamp::Timestamp;

/// Only from the merchant's servers, whatever the show's status: payments take their time. The whole
/// of what was sent with one command is refunded, once, whatever the command's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundGift {
    /// The place of the gift in its room.
    pub room_seq: u64,
    /// Why, for the record.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
    /// Set by the gateway: the gift as the read model has it.
    #[serde(default)]
    #[schemars(skip)]
    pub sent: Option<SentGift>,
    /// Set by the gateway: the read model has the refund already.
    #[serde(default)]
    #[schemars(skip)]
    pub known: bool,
}

/// A gift as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentGift {
    /// Who sent it.
    pub user_id: UserId,
    /// When.
    pub at: Timestamp,
    /// Which gift.
    pub gift_id: GiftId,
    /// Its name then.
    pub name: Arc<str>,
    /// How many.
    pub count: u32,
    /// What they cost together.
    pub amount: Coins,
}

/// The gift counts no more in totals and ranks. Points stay: a level is not taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftRefunded {
    /// The place of the gift in this room.
    pub refunded_seq: u64,
    /// Who had sent it.
    pub user_id: UserId,
    /// When: the hour and the day in whose ranks it counted.
    pub sent_at: Timestamp,
    /// Which gift.
    pub gift_id: GiftId,
    /// Its name then.
    pub name: Arc<str>,
    /// How many.
    pub count: u32,
    /// What was paid for them.
    pub amount: Coins,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
}

pub(crate) fn refund_gift(
    app: &AppState,
    (room_id, room): (&RoomId, &Room),
    actor: &Actor,
    command: RefundGift,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let RefundGift { room_seq, reason, sent, known } = command;
    is_trusted(actor)?;
    if let Some(reason) = &reason {
        text::check("reason", reason, context.limits.reason_bytes_max, false)?;
    }
    let Some(sent) = sent.filter(|_| room_seq <= room.seq) else {
        return Err(Rejection::SentGiftNotFound { room_seq });
    };
    if known || app.recent_refunds.get(&(room_id.clone(), room_seq)).is_some() {
        return Ok(vec![]);
    }
    let SentGift { user_id, at: sent_at, gift_id, name, count, amount } = sent;
    let refunded_seq = room_seq;
    Ok(vec![EventData::GiftRefunded(GiftRefunded {
        refunded_seq,
        user_id,
        sent_at,
        gift_id,
        name,
        count,
        amount,
        reason,
    })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, admin, host, viewer};

    fn sent() -> SentGift {
        SentGift {
            user_id: "ann".parse().unwrap(),
            at: Timestamp(7),
            gift_id: "rose".parse().unwrap(),
            name: "Rose".into(),
            count: 3,
            amount: Coins(300),
        }
    }

    fn refund(room_seq: u64, sent: Option<SentGift>) -> RefundGift {
        RefundGift { room_seq, reason: None, sent, known: false }
    }

    fn refunded(reason: Option<Arc<str>>) -> EventData {
        let SentGift { user_id, at: sent_at, gift_id, name, count, amount } = sent();
        let refunded_seq = 1;
        EventData::GiftRefunded(GiftRefunded {
            refunded_seq,
            user_id,
            sent_at,
            gift_id,
            name,
            count,
            amount,
            reason,
        })
    }

    fn command(refund: RefundGift) -> RoomCommand {
        RoomCommand::RefundGift(refund)
    }

    #[test]
    fn a_gift_is_refunded_once() {
        let first = || command(refund(1, Some(sent())));
        Given::room().when(admin(), first()).then([refunded(None)]);
        let done = Given::room().and_in_room([refunded(None)]);
        done.when(admin(), first()).then([]);
        let known = RefundGift { known: true, ..refund(1, Some(sent())) };
        Given::room().when(admin(), command(known)).then([]);
    }

    #[test]
    fn only_the_merchants_servers_refund() {
        let first = || command(refund(1, Some(sent())));
        Given::room().when(viewer("ann"), first()).then_refused("not_allowed");
        Given::room().when(host(), first()).then_refused("not_allowed");
    }

    #[test]
    fn only_what_was_sent_here_is_refunded() {
        Given::room().when(admin(), command(refund(1, None))).then_refused("sent_gift_not_found");
        let beyond = command(refund(2, Some(sent())));
        Given::room().when(admin(), beyond).then_refused("sent_gift_not_found");
    }

    #[test]
    fn a_reason_has_a_limit() {
        let max = crate::limits::Limits::default().reason_bytes_max;
        let because = |bytes: usize| {
            let reason: Option<Arc<str>> = Some("r".repeat(bytes).into());
            command(RefundGift { reason, ..refund(1, Some(sent())) })
        };
        let max = usize::try_from(max).unwrap();
        let accepted = Given::room().when(admin(), because(max));
        accepted.then([refunded(Some("r".repeat(max).into()))]);
        Given::room().when(admin(), because(max + 1)).then_refused("text_too_long");
    }
}
