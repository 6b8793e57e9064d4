//! A list of words that texts are screened for, and what happens to a text that has one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{RoomId, WordListName};

/// What happens to a text. Where lists disagree, the later variant holds.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FilterAction {
    /// The words are masked, the text goes on.
    #[default]
    Replace,
    /// A message is recorded, and nobody but those who run the room reads it. Other texts are refused.
    Silent,
    /// A message waits until somebody who runs the room has looked. Other texts are refused.
    Hold,
    /// The text is refused.
    Reject,
}

/// Ways to be reached elsewhere, recognised by their form.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// Eight digits or more, in any style, Chinese numerals among them.
    Number,
    /// A web address.
    Url,
    /// A mail address.
    Email,
}

/// One list, as it is recorded and kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WordList {
    /// Words and phrases.
    pub words: BTreeSet<Arc<str>>,
    /// What happens to a text with one of them.
    pub action: FilterAction,
    /// Stands for each character that is masked; several characters stand for the whole word.
    #[serde(default = "star", skip_serializing_if = "is_star")]
    pub mask: Arc<str>,
    /// Only whole words; where nothing is said, whole words in alphabets that separate them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_word: Option<bool>,
    /// Phrases in which a word is no offence.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub whitelist: BTreeSet<Arc<str>>,
    /// Forms that are treated as words of the list.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub contacts: BTreeSet<ContactKind>,
    /// Only in these rooms; empty is everywhere.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rooms: BTreeSet<RoomId>,
}

impl WordList {
    /// Bytes of its words and phrases.
    pub fn bytes(&self) -> u64 {
        self.words.iter().chain(&self.whitelist).map(|text| text.len() as u64).sum()
    }
}

/// The mask where none is given.
pub fn star() -> Arc<str> {
    "*".into()
}

fn is_star(mask: &Arc<str>) -> bool {
    &**mask == "*"
}

/// Lists by name.
pub type ListsByName = BTreeMap<WordListName, WordList>;

/// All lists of an app.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WordLists {
    /// Counts the changes, from 1.
    pub version: u64,
    /// Bytes of all words and phrases.
    pub bytes: u64,
    /// Those of the app.
    pub app: ListsByName,
    /// Those that rooms have of their own.
    pub rooms: BTreeMap<RoomId, ListsByName>,
}

impl WordLists {
    /// The lists of the app, or of one room.
    pub fn of(&self, room_id: Option<&RoomId>) -> Option<&ListsByName> {
        room_id.map_or(Some(&self.app), |room_id| self.rooms.get(room_id))
    }

    /// A list as it is from now on.
    pub(crate) fn set(&mut self, room_id: Option<&RoomId>, name: &WordListName, list: WordList) {
        self.version += 1;
        self.bytes += list.bytes();
        let lists = match room_id {
            Some(room_id) => self.rooms.entry(room_id.clone()).or_default(),
            None => &mut self.app,
        };
        let before = lists.insert(name.clone(), list);
        self.bytes -= before.map_or(0, |before| before.bytes());
    }

    /// A list is no more.
    pub(crate) fn remove(&mut self, room_id: Option<&RoomId>, name: &WordListName) {
        self.version += 1;
        let lists = match room_id {
            Some(room_id) => self.rooms.get_mut(room_id),
            None => Some(&mut self.app),
        };
        let removed = lists.and_then(|lists| lists.remove(name));
        self.bytes -= removed.map_or(0, |removed| removed.bytes());
        self.rooms.retain(|_, lists| !lists.is_empty());
    }
}
