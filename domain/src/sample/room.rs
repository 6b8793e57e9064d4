//! Messages that are taken back or pinned, and what becomes of a room: events that came after the
//! first ones.

use crate::actor::{Actor, Role};
use crate::app::set_admins::SYSTEM_USER;
use crate::event::EventData;
use crate::room::archive_room::RoomArchived;
use crate::room::hold_message::MessageHeld;
use crate::room::pin_message::MessagePinned;
use crate::room::recall_message::MessageRecalled;
use crate::room::report_stream::StreamReported;
use crate::room::review_message::MessageReviewed;
use crate::room::set_room_profile::RoomProfileSet;
use crate::room::silence_message::MessageSilenced;
use crate::room::unpin_message::MessageUnpinned;
use crate::sample::{BEGIN, Place, ann, host, parse};

/// The item of the room that is the first message.
const MESSAGE: u64 = 4;

pub(super) fn events() -> Vec<(Place, Actor, EventData)> {
    let in_room = |data| (Place::Room, host(), data);
    let recalled = MessageRecalled { room_seq: MESSAGE, user_id: Some(parse("ann")) };
    let profile = RoomProfileSet {
        name: "Late tea".into(),
        kind: "tea".into(),
        cover: "https://img.example/tea.png".into(),
    };
    let held =
        MessageHeld { text: "Who sells fakes?".into(), reply_to: Some(MESSAGE), besides: None };
    let session = parse("6674468118806626493");
    let reported = StreamReported { session, on: false, at: BEGIN };
    let reviewed = MessageReviewed { room_seq: 31, user_id: parse("ann"), approved: false };
    let silenced = MessageSilenced {
        text: "Buy at the rival's".into(),
        reply_to: Some(MESSAGE),
        besides: None,
    };
    vec![
        in_room(EventData::MessagePinned(MessagePinned { room_seq: MESSAGE })),
        in_room(EventData::MessageUnpinned(MessageUnpinned { room_seq: MESSAGE })),
        (Place::Room, ann(), EventData::MessageRecalled(recalled)),
        (Place::Room, ann(), EventData::MessageHeld(held)),
        in_room(EventData::MessageReviewed(reviewed)),
        (Place::Room, ann(), EventData::MessageSilenced(silenced)),
        in_room(EventData::RoomProfileSet(profile)),
        (
            Place::Room,
            Actor::unknown(parse(SYSTEM_USER), Role::Admin),
            EventData::StreamReported(reported),
        ),
        in_room(EventData::RoomArchived(RoomArchived {})),
    ]
}
