//! Lists of words: of the app, of a room, and gone again.

use crate::actor::{Actor, Role};
use crate::app::remove_word_list::WordListRemoved;
use crate::app::set_word_list::WordListSet;
use crate::event::EventData;
use crate::sample::{Place, parse, room_id};
use crate::word_list::{ContactKind, FilterAction, WordList};

pub(super) fn app_events() -> Vec<(Place, Actor, EventData)> {
    let admin = || Actor::unknown(parse("shop"), Role::Admin);
    let list = WordList {
        words: ["cheaper elsewhere".into(), "假货".into()].into(),
        action: FilterAction::Reject,
        mask: "#".into(),
        whole_word: Some(true),
        whitelist: ["no 假货 here".into()].into(),
        contacts: [ContactKind::Number].into(),
        rooms: [room_id()].into(),
    };
    let set = WordListSet { room_id: None, name: parse("rivals"), list };
    let set = EventData::WordListSet(set);
    let removed = WordListRemoved { room_id: Some(room_id()), name: parse("mine") };
    let removed = EventData::WordListRemoved(removed);
    vec![(Place::App, admin(), set), (Place::App, admin(), removed)]
}
