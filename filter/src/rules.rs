//! All lists that hold for an app, compiled, and what becomes of a text under them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use domain::ids::RoomId;
use domain::word_list::{ContactKind, FilterAction, ListsByName, WordList, WordLists};

use crate::contacts;
pub use crate::english::English;
use crate::fold::fold;
use crate::mask::{Span, masked};
use crate::matcher::{Hit, Matcher, Source};
use crate::pattern::{Pattern, patterns};
use crate::stream::Readings;

/// Words that no automaton can be made of: more than fit into memory.
#[derive(Debug, thiserror::Error)]
#[error("the words cannot be compiled")]
pub struct TooManyWords(#[from] aho_corasick::BuildError);

/// What becomes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Clean,
    /// It goes on in this form.
    Replaced(String),
    /// Recorded, and not shown.
    Silent,
    /// Waits for somebody to look.
    Held,
    /// Refused.
    Refused,
}

/// What holds in every app: the lists that come with the installation.
#[derive(Debug)]
pub struct Defaults {
    /// How strict the crate that knows English is.
    pub english: English,
    lists: Option<Compiled>,
    action: FilterAction,
}

/// Everything for one app. Made anew when a list changes.
#[derive(Debug)]
pub struct Rules {
    defaults: Arc<Defaults>,
    app: Option<Arc<Compiled>>,
    rooms: HashMap<RoomId, Arc<Compiled>>,
}

/// The lists of one owner.
#[derive(Debug)]
struct Compiled {
    source: ListsByName,
    lists: Vec<Settings>,
    matcher: Matcher,
}

#[derive(Debug)]
struct Settings {
    action: FilterAction,
    mask: Arc<str>,
    rooms: BTreeSet<RoomId>,
    contacts: BTreeSet<ContactKind>,
}

/// What was found, and what its list wants.
struct Found<'a> {
    bytes: Range<usize>,
    action: FilterAction,
    mask: &'a str,
}

impl Defaults {
    /// With the words of some languages besides; `action` holds for them and for English.
    pub fn new(
        english: English,
        words: impl IntoIterator<Item = Arc<str>>,
        action: FilterAction,
    ) -> Result<Self, TooManyWords> {
        let words: BTreeSet<Arc<str>> = words.into_iter().collect();
        let lists = if words.is_empty() {
            None
        } else {
            let mask = domain::word_list::star();
            let list = WordList { words, action, mask, ..WordList::default() };
            #[expect(clippy::expect_used, reason = "a constant that fits the rule for names")]
            let name = "installed".parse().expect("a name");
            Some(Compiled::new(ListsByName::from([(name, list)]))?)
        };
        Ok(Self { english, lists, action })
    }

    /// Nothing at all.
    pub fn none() -> Self {
        Self { english: English::Off, lists: None, action: FilterAction::Replace }
    }
}

impl Compiled {
    fn new(source: ListsByName) -> Result<Self, TooManyWords> {
        let mut all: Vec<Pattern> = vec![];
        for (list, number) in source.values().zip(0..) {
            let word = Source::Word { list: number };
            all.extend(list.words.iter().flat_map(|text| patterns(text, list.whole_word, word)));
            all.extend(
                list.whitelist.iter().flat_map(|text| patterns(text, None, Source::Allowed)),
            );
        }
        let lists = source.values().map(|list| Settings {
            action: list.action,
            mask: list.mask.clone(),
            rooms: list.rooms.clone(),
            contacts: list.contacts.clone(),
        });
        let lists = lists.collect();
        Ok(Self { matcher: Matcher::new(all)?, lists, source })
    }

    fn holds_in(&self, list: usize, room_id: Option<&RoomId>) -> bool {
        let rooms = &self.lists[list].rooms;
        rooms.is_empty() || room_id.is_some_and(|room_id| rooms.contains(room_id))
    }

    /// What is found, and the phrases in which a word is no offence.
    fn find(
        &self,
        text: &str,
        readings: &Readings,
        room_id: Option<&RoomId>,
    ) -> (Vec<Found<'_>>, Vec<Range<usize>>) {
        let (mut found, mut allowed) = (vec![], vec![]);
        for Hit { begin, end, source } in self.matcher.find(readings) {
            match source {
                Source::Allowed => allowed.push(begin..end),
                Source::Word { list } if self.holds_in(list as usize, room_id) => {
                    let Settings { action, mask, .. } = &self.lists[list as usize];
                    found.push(Found { bytes: begin..end, action: *action, mask });
                }
                Source::Word { .. } => {}
            }
        }
        for (number, list) in self.lists.iter().enumerate() {
            if !list.contacts.is_empty() && self.holds_in(number, room_id) {
                let bytes = contacts::find(text, &readings.units, &list.contacts);
                let Settings { action, mask, .. } = list;
                found.extend(bytes.into_iter().map(|bytes| Found { bytes, action: *action, mask }));
            }
        }
        (found, allowed)
    }
}

impl Rules {
    /// Compiles the lists of an app; those that `before` has already are taken from there.
    pub fn new(
        defaults: Arc<Defaults>,
        lists: &WordLists,
        before: Option<&Self>,
    ) -> Result<Self, TooManyWords> {
        let compiled = |source: &ListsByName, known: Option<&Arc<Compiled>>| match known {
            Some(known) if known.source == *source => Ok(Arc::clone(known)),
            Some(_) | None => Compiled::new(source.clone()).map(Arc::new),
        };
        let known = before.and_then(|before| before.app.as_ref());
        let is_empty = lists.app.is_empty();
        let app = if is_empty { None } else { Some(compiled(&lists.app, known)?) };
        let mut rooms = HashMap::with_capacity(lists.rooms.len());
        for (room_id, source) in &lists.rooms {
            let known = before.and_then(|before| before.rooms.get(room_id));
            rooms.insert(room_id.clone(), compiled(source, known)?);
        }
        Ok(Self { defaults, app, rooms })
    }

    /// What becomes of a text that is said in a room, or that belongs to no room.
    ///
    /// A phrase that the app allows is allowed whatever list its words are on; one that a room allows
    /// only takes away what the room's own lists and the installed ones find.
    pub fn screen(&self, text: &str, room_id: Option<&RoomId>) -> Verdict {
        let english = self.defaults.english.find(text);
        let room = room_id.and_then(|room_id| self.rooms.get(room_id));
        let all = [self.defaults.lists.as_ref(), self.app.as_deref(), room.map(|room| &**room)];
        if english.is_empty() && all.iter().all(Option::is_none) {
            return Verdict::Clean;
        }
        let readings = Readings::of(fold(text));
        let [installed, app, room] = all.map(|compiled| {
            compiled.map(|compiled| compiled.find(text, &readings, room_id)).unwrap_or_default()
        });
        let action = self.defaults.action;
        let (mut everywhere, app_allows) = (app.0, app.1);
        let (mut here, room_allows) = (room.0, room.1);
        here.extend(installed.0);
        here.extend(english.into_iter().map(|bytes| Found { bytes, action, mask: "*" }));
        here.retain(|found| !is_within(&found.bytes, &room_allows));
        everywhere.append(&mut here);
        everywhere.retain(|found| !is_within(&found.bytes, &app_allows));
        judge(text, everywhere)
    }
}

fn is_within(bytes: &Range<usize>, allowed: &[Range<usize>]) -> bool {
    allowed.iter().any(|phrase| phrase.start <= bytes.start && bytes.end <= phrase.end)
}

fn judge(text: &str, found: Vec<Found<'_>>) -> Verdict {
    match found.iter().map(|found| found.action).max() {
        None => Verdict::Clean,
        Some(FilterAction::Reject) => Verdict::Refused,
        Some(FilterAction::Hold) => Verdict::Held,
        Some(FilterAction::Silent) => Verdict::Silent,
        Some(FilterAction::Replace) => {
            let spans = found.into_iter().map(|Found { bytes, mask, .. }| Span { bytes, mask });
            Verdict::Replaced(masked(text, spans.collect()))
        }
    }
}
