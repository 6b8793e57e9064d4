//! `RefundGift` → `gift_refunded`: a gift is taken back, because its payment was.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::coins::Coins;
use crate::event::EventData;
use crate::ids::{GiftId, LogSeq, RoomId, UserId};
use crate::rejection::Rejection;
use crate::room::permission::is_trusted;
use crate::room::state::Room;
use crate::state::{AppState, Context};
use crate::text;
use crate::timestamp::Timestamp;

/// Only from the merchant's servers, whatever the show's status: payments take their time. The whole
/// of what was sent with one command is refunded, once, whatever the command's id: sums lose it as often
/// as a refund of it is in the log, so one that may be in it already waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundGift {
    /// The place of the gift in its room.
    pub room_seq: u64,
    /// Why, for the record.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
    /// Set by the gateway: what the read model has at that place; absent if it has not come there, or
    /// did not answer.
    #[serde(default)]
    #[schemars(skip)]
    pub place: Option<GiftPlace>,
    /// Set by the gateway: how far the read model had come; 0 if it did not answer.
    #[serde(default)]
    #[schemars(skip)]
    pub as_of: LogSeq,
}

/// What may be at a place of a room, for who looks for a gift there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GiftPlace {
    /// Something else.
    NoGift,
    /// A gift that counts.
    Sent(SentGift),
    /// A gift that was refunded.
    Refunded,
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
    let RefundGift { room_seq, reason, place, as_of } = command;
    is_trusted(actor)?;
    if let Some(reason) = &reason {
        text::check("reason", reason, context.limits.reason_bytes_max, false)?;
    }
    if app.recent_refunds.get(&(room_id.clone(), room_seq)).is_some() {
        return Ok(vec![]);
    }
    let sent = match place {
        _ if room.seq < room_seq => return Err(Rejection::SentGiftNotFound { room_seq }),
        Some(GiftPlace::NoGift) => return Err(Rejection::SentGiftNotFound { room_seq }),
        Some(GiftPlace::Refunded) => return Ok(vec![]),
        Some(GiftPlace::Sent(sent)) if app.recent_refunds.is_continued_by(as_of) => sent,
        Some(GiftPlace::Sent(_)) | None => return Err(Rejection::ReadModelsBehind),
    };
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
    use crate::app::recent::REMEMBERED_MAX;
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

    fn refund(room_seq: u64, place: GiftPlace) -> RefundGift {
        RefundGift { room_seq, reason: None, place: Some(place), as_of: LogSeq(1) }
    }

    fn refunded(reason: Option<Arc<str>>) -> EventData {
        refunded_at(1, reason)
    }

    fn refunded_at(refunded_seq: u64, reason: Option<Arc<str>>) -> EventData {
        let SentGift { user_id, at: sent_at, gift_id, name, count, amount } = sent();
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
        let first = || command(refund(1, GiftPlace::Sent(sent())));
        Given::room().when(admin(), first()).then([refunded(None)]);
        let done = Given::room().and_in_room([refunded(None)]);
        done.when(admin(), first()).then([]);
        Given::room().when(admin(), command(refund(1, GiftPlace::Refunded))).then([]);
    }

    #[test]
    fn a_refund_that_may_have_been_forgotten_waits_for_the_read_model() {
        let as_of = |as_of| {
            let place = GiftPlace::Sent(sent());
            command(RefundGift { as_of: LogSeq(as_of), ..refund(1, place) })
        };
        // The first refund is the second commit, after `room_created`.
        let many =
            |count| Given::room().and_in_room((1..=count).map(|gift| refunded_at(gift, None)));
        let max = REMEMBERED_MAX as u64;
        many(max).when(admin(), as_of(1)).then([]);
        let forgotten = || many(max + 1);
        forgotten().when(admin(), as_of(1)).then_refused("read_models_behind");
        forgotten().when(admin(), command(refund(1, GiftPlace::Refunded))).then([]);
        let other = RefundGift { as_of: LogSeq(2), ..refund(max + 2, GiftPlace::Sent(sent())) };
        forgotten().when(admin(), command(other)).then([refunded_at(max + 2, None)]);
    }

    #[test]
    fn a_place_that_the_read_model_has_not_come_to_may_be_a_gift() {
        let unread = |room_seq| {
            command(RefundGift {
                place: None,
                as_of: LogSeq(0),
                ..refund(room_seq, GiftPlace::NoGift)
            })
        };
        Given::room().when(admin(), unread(1)).then_refused("read_models_behind");
        Given::room().when(admin(), unread(2)).then_refused("sent_gift_not_found");
        Given::room().when(host(), unread(1)).then_refused("not_allowed");
        Given::room().and_in_room([refunded(None)]).when(admin(), unread(1)).then([]);
    }

    #[test]
    fn only_the_merchants_servers_refund() {
        let first = || command(refund(1, GiftPlace::Sent(sent())));
        Given::room().when(viewer("ann"), first()).then_refused("not_allowed");
        Given::room().when(host(), first()).then_refused("not_allowed");
    }

    #[test]
    fn only_what_was_sent_here_is_refunded() {
        let other = command(refund(1, GiftPlace::NoGift));
        Given::room().when(admin(), other).then_refused("sent_gift_not_found");
        let beyond = command(refund(2, GiftPlace::Sent(sent())));
        Given::room().when(admin(), beyond).then_refused("sent_gift_not_found");
    }

    #[test]
    fn a_reason_has_a_limit() {
        let max = crate::limits::Limits::default().reason_bytes_max;
        let because = |bytes: usize| {
            let reason: Option<Arc<str>> = Some("r".repeat(bytes).into());
            command(RefundGift { reason, ..refund(1, GiftPlace::Sent(sent())) })
        };
        let max = usize::try_from(max).unwrap();
        let accepted = Given::room().when(admin(), because(max));
        accepted.then([refunded(Some("r".repeat(max).into()))]);
        Given::room().when(admin(), because(max + 1)).then_refused("text_too_long");
    }
}
