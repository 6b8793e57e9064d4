//! `ReviewMessage` → `message_reviewed`, and before it `message_sent`, or what else the message is, if it
//! may be seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::said::Said;
use crate::room::state::Room;
use crate::state::Context;

/// For those who run the room, while the show is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewMessage {
    /// The item of the room that waits.
    pub room_seq: u64,
    /// Whether everybody may see it.
    pub approve: bool,
}

/// The message waits no longer. For those who run the room and its sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageReviewed {
    /// The item of the room that waited.
    pub room_seq: u64,
    /// Whose message it was.
    pub user_id: UserId,
    /// Whether everybody may see it.
    pub approved: bool,
}

pub(crate) fn review_message(
    room: &Room,
    actor: &Actor,
    command: &ReviewMessage,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let ReviewMessage { room_seq, approve } = *command;
    may_run(room, actor)?;
    let held = room.held.get(&room_seq).filter(|held| held.waits(context.now));
    let held = held.ok_or(Rejection::MessageNotFound { room_seq })?;
    let user_id = held.actor.user.clone();
    let reviewed = MessageReviewed { room_seq, user_id, approved: approve };
    let reviewed = EventData::MessageReviewed(reviewed);
    if !approve {
        return Ok(vec![reviewed]);
    }
    if !room.status.is_open() {
        return Err(Rejection::RoomClosed { status: room.status });
    }
    let (text, reply_to, besides) = (held.text.clone(), held.reply_to, held.besides.clone());
    Ok(vec![Said { text, reply_to, besides }.sent(), reviewed])
}

/// Who speaks in the first of these events: the sender of a message that waited, by leave of the actor.
pub(crate) fn speaker(room: &Room, actor: &Actor, events: &[EventData]) -> Option<Actor> {
    let [said, EventData::MessageReviewed(reviewed)] = events else { return None };
    Said::of(said)?;
    let held = room.held.get(&reviewed.room_seq)?;
    Some(Actor { via: Some(actor.user.clone()), ..held.actor.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coins::Coins;
    use crate::command::RoomCommand;
    use crate::room::change_room_status::RoomStatusChanged;
    use crate::room::hold_message::{HELD_FOR_S, HELD_MAX, MessageHeld};
    use crate::room::said::Besides;
    use crate::room::send_custom_message::{CustomMessageSent, SendCustomMessage};
    use crate::room::send_message::{MessageSent, SendMessage};
    use crate::room::send_paid_message::{PaidMessageSent, SendPaidMessage};
    use crate::room::set_slow_mode::SlowModeSet;
    use crate::room::silence_message::silence;
    use crate::room::status::RoomStatus;
    use crate::screening::Screening;
    use crate::state::testing::{Given, admin, assistant, host, viewer};
    use crate::view::feed_item::Priority;

    fn review(approve: bool) -> RoomCommand {
        RoomCommand::ReviewMessage(ReviewMessage { room_seq: 2, approve })
    }

    fn held(text: &str) -> EventData {
        EventData::MessageHeld(MessageHeld { text: text.into(), reply_to: None, besides: None })
    }

    fn sent(text: &str) -> EventData {
        EventData::MessageSent(MessageSent { text: text.into(), reply_to: None })
    }

    fn reviewed(approved: bool) -> EventData {
        let user_id = "ann".parse().unwrap();
        EventData::MessageReviewed(MessageReviewed { room_seq: 2, user_id, approved })
    }

    fn given() -> Given {
        Given::room().and_by(viewer("ann"), [held("hm")])
    }

    #[test]
    fn those_who_run_the_room_let_it_through_or_not() {
        for who in [host(), assistant(), admin()] {
            given().when(who.clone(), review(true)).then([sent("hm"), reviewed(true)]);
            given().when(who, review(false)).then([reviewed(false)]);
        }
        given().when(viewer("ann"), review(true)).then_refused("not_allowed");
    }

    #[test]
    fn what_does_not_wait_any_longer_is_not_found() {
        let done = given().and_in_room([reviewed(false)]);
        done.when(host(), review(true)).then_refused("message_not_found");
        Given::room().when(host(), review(true)).then_refused("message_not_found");
        let day_ms = i64::from(HELD_FOR_S) * 1_000;
        given().after_ms(day_ms - 1).when(host(), review(true)).then_accepted();
        given().after_ms(day_ms).when(host(), review(true)).then_refused("message_not_found");
    }

    #[test]
    fn nothing_is_let_into_a_room_that_is_over() {
        let ended = RoomStatusChanged { from: RoomStatus::Scheduled, to: RoomStatus::Ended };
        let ended = || given().and_in_room([EventData::RoomStatusChanged(ended.clone())]);
        ended().when(host(), review(true)).then_refused("room_closed");
        ended().when(host(), review(false)).then([reviewed(false)]);
    }

    #[test]
    fn the_oldest_of_the_app_goes_for_the_newest() {
        let full = || given().and_by(viewer("bob"), vec![held("x"); HELD_MAX - 1]);
        full().when(host(), review(true)).then_accepted();
        let beyond = full().and_by(viewer("bob"), [held("x")]);
        beyond.when(host(), review(true)).then_refused("message_not_found");
    }

    #[test]
    fn a_found_message_waits_or_is_silenced_and_those_who_run_the_room_are_let_through() {
        let send = || RoomCommand::SendMessage(SendMessage { text: "hm".into(), reply_to: None });
        let hold = || Screening::Held { field: "text".into() };
        let silent = || Screening::Silenced { field: "text".into() };
        Given::room().when_screened(viewer("ann"), send(), hold()).then([held("hm")]);
        let silenced = silence(Said { text: "hm".into(), reply_to: None, besides: None });
        Given::room().when_screened(viewer("ann"), send(), silent()).then([silenced]);
        for screening in [hold(), silent()] {
            Given::room().when_screened(host(), send(), screening.clone()).then([sent("hm")]);
            // Only what is said can wait.
            Given::room()
                .when_screened(host(), review_of_name(), screening)
                .then_refused("text_refused");
        }
        let refused = Screening::Refused { field: "text".into() };
        Given::room().when_screened(host(), send(), refused).then_refused("text_refused");
    }

    #[test]
    fn a_custom_and_a_paid_message_wait_too_and_are_let_through_as_what_they_are() {
        let custom = CustomMessageSent {
            data: "card".into(),
            description: "hm".into(),
            extension: "{}".into(),
            priority: Priority::Low,
        };
        let CustomMessageSent { data, description, extension, priority } = custom.clone();
        let send = SendCustomMessage { data, description, extension, priority };
        let custom = (RoomCommand::SendCustomMessage(send), EventData::CustomMessageSent(custom));
        let paid = PaidMessageSent { text: "hm".into(), amount: Coins(500), pinned_s: 60 };
        let PaidMessageSent { text, amount, pinned_s } = paid.clone();
        let send = SendPaidMessage { text, amount, pinned_s };
        let paid = (RoomCommand::SendPaidMessage(send), EventData::PaidMessageSent(paid));
        let ann = || Actor { via: Some(admin().user), ..viewer("ann") };
        for (command, sent) in [custom, paid] {
            let said = Said::of(&sent).unwrap();
            let Said { text, reply_to, besides } = said.clone();
            let waiting = EventData::MessageHeld(MessageHeld { text, reply_to, besides });
            let hold = Screening::Held { field: "text".into() };
            Given::room().when_screened(ann(), command.clone(), hold).then([waiting.clone()]);
            let silent = Screening::Silenced { field: "text".into() };
            Given::room().when_screened(ann(), command.clone(), silent).then([silence(said)]);
            let refused = Screening::Refused { field: "text".into() };
            Given::room().when_screened(ann(), command, refused).then_refused("text_refused");

            let given = Given::room().and_by(ann(), [waiting]);
            given.when(host(), review(true)).then([sent, reviewed(true)]);
        }
    }

    #[test]
    fn slow_mode_counts_a_custom_message_that_waits_and_no_paid_one() {
        let held = |besides| {
            let slow = EventData::SlowModeSet(SlowModeSet { seconds: 10 });
            let held = MessageHeld { text: "hm".into(), reply_to: None, besides: Some(besides) };
            let held = [EventData::MessageHeld(held)];
            Given::room().and_in_room([slow]).and_by(viewer("ann"), held)
        };
        let send = || RoomCommand::SendMessage(SendMessage { text: "hi".into(), reply_to: None });
        let (description, extension, priority) = ("".into(), "".into(), Priority::Low);
        let custom = held(Besides::Custom { description, extension, priority });
        custom.when(viewer("ann"), send()).then_refused("slow_mode");
        let paid = held(Besides::Paid { amount: Coins(1), pinned_s: 0 });
        paid.when(viewer("ann"), send()).then_accepted();
    }

    fn review_of_name() -> RoomCommand {
        let (kind, cover) = (None, None);
        let profile =
            crate::room::set_room_profile::SetRoomProfile { name: Some("hm".into()), kind, cover };
        RoomCommand::SetRoomProfile(profile)
    }

    #[test]
    fn as_many_wait_in_a_room_as_may() {
        let send = || RoomCommand::SendMessage(SendMessage { text: "hm".into(), reply_to: None });
        let hold = || Screening::Held { field: "text".into() };
        let full = |waiting: usize| {
            let given = Given::room().limits(|limits| limits.held_per_room_max = 3);
            given.and_by(viewer("bob"), vec![held("x"); waiting])
        };
        full(2).when_screened(viewer("ann"), send(), hold()).then([held("hm")]);
        full(3).when_screened(viewer("ann"), send(), hold()).then_refused("text_refused");
        let day_ms = i64::from(HELD_FOR_S) * 1_000;
        let later = full(3).after_ms(day_ms);
        later.when_screened(viewer("ann"), send(), hold()).then([held("hm")]);
    }
}
