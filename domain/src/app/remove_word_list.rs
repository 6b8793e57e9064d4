//! `RemoveWordList` → `word_list_removed`: a list is no more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::app::set_word_list::may_change;
use crate::event::EventData;
use crate::ids::{RoomId, WordListName};
use crate::rejection::Rejection;
use crate::state::AppState;

/// For whoever may set the list. A list that is not there stays away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveWordList {
    /// The room that the list belongs to; none for a list of the app.
    #[serde(default)]
    pub room_id: Option<RoomId>,
    /// Which list.
    pub name: WordListName,
}

/// Texts are no longer screened with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordListRemoved {
    /// The room that the list belonged to; none for a list of the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// Which list.
    pub name: WordListName,
}

pub(crate) fn remove_word_list(
    app: &AppState,
    actor: &Actor,
    command: RemoveWordList,
) -> Result<Vec<EventData>, Rejection> {
    let RemoveWordList { room_id, name } = command;
    may_change(app, actor, room_id.as_ref())?;
    let lists = app.word_lists.of(room_id.as_ref());
    if lists.is_none_or(|lists| !lists.contains_key(&name)) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::WordListRemoved(WordListRemoved { room_id, name })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::set_word_list::WordListSet;
    use crate::command::AppCommand;
    use crate::state::testing::{Given, admin, host, room_id, viewer};
    use crate::word_list::WordList;

    #[test]
    fn a_list_is_removed_once() {
        for room_id in [None, Some(room_id())] {
            let name: WordListName = "a".parse().unwrap();
            let remove = || {
                let (room_id, name) = (room_id.clone(), name.clone());
                AppCommand::RemoveWordList(RemoveWordList { room_id, name })
            };
            let list = WordList { words: ["x".into()].into(), ..WordList::default() };
            let (of, called) = (room_id.clone(), name.clone());
            let set = EventData::WordListSet(WordListSet { room_id: of, name: called, list });
            let (of, called) = (room_id.clone(), name.clone());
            let removed = EventData::WordListRemoved(WordListRemoved { room_id: of, name: called });
            let given = || Given::room().and([set.clone()]);
            given().when_app(admin(), remove()).then([removed.clone()]);
            given().and([removed]).when_app(admin(), remove()).then([]);
            given().when_app(viewer("ann"), remove()).then_refused("not_allowed");
            let by_host = given().when_app(host(), remove());
            if room_id.is_some() {
                by_host.then_accepted();
            } else {
                by_host.then_refused("not_allowed");
            }
        }
    }
}
