//! `SetWordList` → `word_list_set`: what texts are screened for, everywhere or in one room.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::event::EventData;
use crate::ids::{RoomId, WordListName};
use crate::limits::Limits;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::may_run;
use crate::state::{AppState, Context};
use crate::text;
use crate::word_list::{ContactKind, FilterAction, ListsByName, WordList, star};

/// A list of the app is for admins, a list of a room for those who run it. The same name again
/// replaces the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetWordList {
    /// The room that the list belongs to; none for a list of the app.
    #[serde(default)]
    pub room_id: Option<RoomId>,
    /// What the list is called.
    pub name: WordListName,
    /// What is on it.
    pub list: NewWordList,
}

/// A list as somebody sends it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWordList {
    /// Words and phrases, in any spelling: case, width, accents and look-alikes make no difference.
    #[serde(default)]
    pub words: BTreeSet<Arc<str>>,
    /// What happens to a text with one of them.
    #[serde(default)]
    pub action: FilterAction,
    /// Stands for each character that is masked; several characters stand for the whole word.
    #[serde(default)]
    pub mask: Option<Arc<str>>,
    /// Only whole words; where nothing is said, whole words in alphabets that separate them.
    #[serde(default)]
    pub whole_word: Option<bool>,
    /// Phrases in which a word is no offence.
    #[serde(default)]
    pub whitelist: BTreeSet<Arc<str>>,
    /// Forms that are treated as words of the list.
    #[serde(default)]
    pub contacts: BTreeSet<ContactKind>,
    /// Only in these rooms; empty is everywhere. Not for a room's own list.
    #[serde(default)]
    pub rooms: BTreeSet<RoomId>,
}

/// Texts are screened with it from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordListSet {
    /// The room that the list belongs to; none for a list of the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// What the list is called.
    pub name: WordListName,
    /// What is on it.
    pub list: WordList,
}

pub(crate) fn set_word_list(
    app: &AppState,
    actor: &Actor,
    command: SetWordList,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SetWordList { room_id, name, list } = command;
    may_change(app, actor, room_id.as_ref())?;
    let limits = context.limits;
    let list = checked(list, room_id.is_some(), limits)?;
    let lists = app.word_lists.of(room_id.as_ref());
    let known = lists.and_then(|lists| lists.get(&name));
    if known == Some(&list) {
        return Ok(vec![]);
    }
    let max = match room_id {
        Some(_) => limits.word_lists_per_room_max,
        None => limits.word_lists_max,
    };
    if known.is_none() && max as usize <= lists.map_or(0, ListsByName::len) {
        return Err(Rejection::TooManyWordLists { max });
    }
    let others = app.word_lists.bytes - known.map_or(0, WordList::bytes);
    let bytes_max = limits.word_lists_bytes_max;
    in_range("bytes of all lists", others + list.bytes(), 0, bytes_max)?;
    Ok(vec![EventData::WordListSet(WordListSet { room_id, name, list })])
}

/// Lists of the app are for admins, lists of a room for those who run it.
pub(crate) fn may_change(
    app: &AppState,
    actor: &Actor,
    room_id: Option<&RoomId>,
) -> Result<(), Rejection> {
    match room_id {
        None if actor.role == Role::Admin => Ok(()),
        None => Err(Rejection::NotAllowed { needed: "an admin".into() }),
        Some(room_id) => {
            let room = app.rooms.get(room_id);
            let room = room.ok_or_else(|| Rejection::RoomNotFound { room_id: room_id.clone() })?;
            may_run(room, actor)
        }
    }
}

fn checked(list: NewWordList, is_of_room: bool, limits: &Limits) -> Result<WordList, Rejection> {
    let NewWordList { words, action, mask, whole_word, whitelist, contacts, rooms } = list;
    let max = u64::from(limits.words_per_list_max);
    for (field, texts) in [("words", &words), ("whitelist", &whitelist)] {
        in_range(field, texts.len() as u64, 0, max)?;
        for text in texts {
            text::check(field, text, limits.word_bytes_max, true)?;
            if text.chars().any(char::is_control) {
                return Err(Rejection::TextUnstorable { field: field.into() });
            }
        }
    }
    let mask = mask.unwrap_or_else(star);
    text::check("mask", &mask, limits.mask_bytes_max, true)?;
    let rooms_max = if is_of_room { 0 } else { limits.word_list_rooms_max };
    in_range("rooms", rooms.len() as u64, 0, rooms_max.into())?;
    let list = WordList { words, action, mask, whole_word, whitelist, contacts, rooms };
    let (bytes, bytes_max) = (list.bytes(), limits.word_list_bytes_max);
    in_range("bytes of the list", bytes, 0, bytes_max.into())?;
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::state::testing::{Given, admin, assistant, host, room_id, viewer};

    fn set(room_id: Option<RoomId>, name: &str, list: NewWordList) -> AppCommand {
        AppCommand::SetWordList(SetWordList { room_id, name: name.parse().unwrap(), list })
    }

    fn words(words: &[&str]) -> NewWordList {
        let words = words.iter().map(|word| Arc::from(*word)).collect();
        NewWordList { words, action: FilterAction::Reject, ..NewWordList::default() }
    }

    fn was_set(room_id: Option<RoomId>, name: &str, list: NewWordList) -> EventData {
        let list = checked(list, room_id.is_some(), &Limits::default()).unwrap();
        EventData::WordListSet(WordListSet { room_id, name: name.parse().unwrap(), list })
    }

    #[test]
    fn a_list_is_set_and_replaced_and_the_same_again_changes_nothing() {
        let of_app = |texts: &[&str]| set(None, "a", words(texts));
        Given::room().when_app(admin(), of_app(&["x"])).then([was_set(None, "a", words(&["x"]))]);
        let given = || Given::room().and([was_set(None, "a", words(&["x"]))]);
        given().when_app(admin(), of_app(&["x"])).then([]);
        given().when_app(admin(), of_app(&["y"])).then([was_set(None, "a", words(&["y"]))]);
    }

    #[test]
    fn admins_set_the_apps_lists_and_those_who_run_a_room_its_own() {
        let of_room = || set(Some(room_id()), "a", words(&["x"]));
        let of_app = || set(None, "a", words(&["x"]));
        for actor in [host(), assistant(), viewer("ann")] {
            Given::room().when_app(actor, of_app()).then_refused("not_allowed");
        }
        for actor in [host(), assistant(), admin()] {
            Given::room().when_app(actor, of_room()).then_accepted();
        }
        Given::room().when_app(viewer("ann"), of_room()).then_refused("not_allowed");
        Given::nothing().when_app(admin(), of_room()).then_refused("room_not_found");
    }

    #[test]
    fn a_list_has_limits() {
        let given = || {
            Given::room().limits(|limits| {
                limits.words_per_list_max = 2;
                limits.word_bytes_max = 3;
                limits.word_list_bytes_max = 7;
                limits.word_list_rooms_max = 1;
                limits.mask_bytes_max = 2;
            })
        };
        let check = |list: NewWordList| given().when_app(admin(), set(None, "a", list));
        check(words(&["abc", "abc2"])).then_refused("text_too_long");
        check(words(&["abc", "de"])).then_accepted();
        check(words(&["a", "b", "c"])).then_refused("out_of_range");
        check(words(&["abc", "def"])).then_accepted();
        check(NewWordList { whitelist: words(&["ab"]).words, ..words(&["abc", "def"]) })
            .then_refused("out_of_range");
        check(words(&[""])).then_refused("text_empty");
        check(words(&["a\n"])).then_refused("text_unstorable");
        check(NewWordList { mask: Some("##".into()), ..words(&["a"]) }).then_accepted();
        check(NewWordList { mask: Some("###".into()), ..words(&["a"]) })
            .then_refused("text_too_long");
        let one = || BTreeSet::from([room_id()]);
        let two = BTreeSet::from([room_id(), "room-2".parse().unwrap()]);
        check(NewWordList { rooms: one(), ..words(&[]) }).then_accepted();
        check(NewWordList { rooms: two, ..words(&[]) }).then_refused("out_of_range");
        let of_room = set(Some(room_id()), "a", NewWordList { rooms: one(), ..words(&["a"]) });
        given().when_app(admin(), of_room).then_refused("out_of_range");
    }

    #[test]
    fn an_app_and_a_room_have_a_limited_number_of_lists() {
        let given = || {
            Given::room()
                .limits(|limits| {
                    limits.word_lists_max = 1;
                    limits.word_lists_per_room_max = 1;
                    limits.word_lists_bytes_max = 4;
                })
                .and([was_set(None, "a", words(&["x"]))])
                .and([was_set(Some(room_id()), "a", words(&["y"]))])
        };
        for room in [None, Some(room_id())] {
            let full = given().when_app(admin(), set(room.clone(), "b", words(&["z"])));
            full.then_refused("too_many_word_lists");
            given().when_app(admin(), set(room.clone(), "a", words(&["xyz"]))).then_accepted();
            given()
                .when_app(admin(), set(room, "a", words(&["xyza"])))
                .then_refused("out_of_range");
        }
    }
}
