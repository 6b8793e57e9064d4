//! `ReviewMessage` → `message_reviewed`, and `message_sent` before it if the message may be seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::send_message::MessageSent;
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
    let (text, reply_to) = (held.text.clone(), held.reply_to);
    Ok(vec![EventData::MessageSent(MessageSent { text, reply_to }), reviewed])
}

/// Who speaks in the first of these events: the sender of a message that waited, by leave of the actor.
pub(crate) fn speaker(room: &Room, actor: &Actor, events: &[EventData]) -> Option<Actor> {
    let [EventData::MessageSent(_), EventData::MessageReviewed(reviewed)] = events else {
        return None;
    };
    let held = room.held.get(&reviewed.room_seq)?;
    Some(Actor { via: Some(actor.user.clone()), ..held.actor.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::change_room_status::RoomStatusChanged;
    use crate::room::hold_message::{HELD_FOR_S, HELD_MAX, MessageHeld};
    use crate::room::send_message::SendMessage;
    use crate::room::status::RoomStatus;
    use crate::screening::Screening;
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn review(approve: bool) -> RoomCommand {
        RoomCommand::ReviewMessage(ReviewMessage { room_seq: 2, approve })
    }

    fn held(text: &str) -> EventData {
        EventData::MessageHeld(MessageHeld { text: text.into(), reply_to: None })
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
        let silenced = crate::room::silence_message::silence(MessageSent {
            text: "hm".into(),
            reply_to: None,
        });
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
