//! How many events of each type a room has: counted like [`super::sums`], in the same four places.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::recording::line::{Kind, Line};

/// What a recording cannot know of: likes of several users become one event, levels and the leaving
/// of those who are gone follow from the log, and of a mute that is over nobody is freed.
pub const NOT_RECORDED: [&str; 4] = ["likes_added", "level_reached", "room_left", "user_unmuted"];

/// What viewers are not told of each other (`domain/src/view/withheld.rs`).
const WITHHELD: [&str; 3] = ["message_held", "message_silenced", "message_reviewed"];

/// Numbers by type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Types(BTreeMap<String, u64>);

impl Types {
    /// Some more of a type.
    pub fn add(&mut self, kind: &str, count: u64) {
        if let Some(known) = self.0.get_mut(kind) {
            *known += count;
        } else {
            self.0.insert(kind.to_owned(), count);
        }
    }

    /// Those of others too.
    pub fn add_all(&mut self, others: &Self) {
        for (kind, count) in &others.0 {
            self.add(kind, *count);
        }
    }

    /// What a feed item, or a frame that stands for several, is as a viewer receives it.
    pub fn add_feed_item(&mut self, item: &Value) {
        if let Some(counts) = item["counts"].as_object() {
            for (kind, count) in counts {
                self.add(kind, count.as_u64().unwrap_or_default());
            }
        } else if let Some(kind) = item["type"].as_str() {
            self.add(kind, 1);
        }
    }

    /// What lines lead to.
    pub fn of_recording(lines: &[Line]) -> Self {
        let mut types = Self::default();
        for kind in lines.iter().flat_map(of_line) {
            types.add(kind, 1);
        }
        types
    }

    /// How many types.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of a type.
    pub fn of(&self, kind: &str) -> u64 {
        self.0.get(kind).copied().unwrap_or_default()
    }

    /// Without those that a recording cannot know of.
    #[must_use]
    pub fn recordable(&self) -> Self {
        let kept = self.0.iter().filter(|(kind, _)| !NOT_RECORDED.contains(&kind.as_str()));
        Self(kept.map(|(kind, count)| (kind.clone(), *count)).collect())
    }

    /// As somebody is told who does not run the room: of some items only that they are there.
    #[must_use]
    pub fn as_viewers_see(&self) -> Self {
        let mut seen = Self::default();
        for (kind, count) in &self.0 {
            let withheld = WITHHELD.contains(&kind.as_str());
            seen.add(if withheld { "withheld" } else { kind }, *count);
        }
        seen
    }

    /// The types.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Where others have another number of a type: the type, the number here and there.
    pub fn differing<'a>(&'a self, other: &'a Self) -> Vec<(&'a str, u64, u64)> {
        let mut names: Vec<&str> = self.names().chain(other.names()).collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|kind| self.of(kind) != other.of(kind));
        names.into_iter().map(|kind| (kind, self.of(kind), other.of(kind))).collect()
    }
}

/// The types of the events that come of a line.
pub fn of_line(line: &Line) -> Vec<&str> {
    match &line.kind {
        Kind::Chat { .. } => vec!["message_sent"],
        Kind::Gift { .. } => vec!["gift_sent"],
        Kind::Superchat { .. } => vec!["paid_message_sent"],
        Kind::Moderation { .. } => vec!["user_muted"],
        Kind::Join => vec!["room_joined"],
        Kind::Leave => vec!["room_left"],
        Kind::Like { .. } => vec!["likes_added"],
        Kind::Status { .. } => vec!["room_status_changed"],
        Kind::Product { .. } => vec!["product_set"],
        Kind::Spotlight { .. } => vec!["spotlight_set"],
        Kind::Call(call) => call.events.iter().map(String::as_str).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_frame_that_stands_for_several_counts_as_all_of_them() {
        let mut types = Types::default();
        types.add_feed_item(&json!({"type": "gift_sent"}));
        types.add_feed_item(
            &json!({"type": "merged", "counts": {"likes_added": 3, "room_left": 2}}),
        );
        types.add_feed_item(&json!({"type": "room_left"}));
        assert_eq!((types.of("gift_sent"), types.of("likes_added")), (1, 3));
        assert_eq!((types.of("room_left"), types.of("merged"), types.len()), (3, 0, 3));

        let mut other = types.recordable();
        assert_eq!(other.names().collect::<Vec<_>>(), ["gift_sent"]);
        assert_eq!(types.differing(&other), [("likes_added", 3, 0), ("room_left", 3, 0)]);
        other.add("gift_sent", 1);
        assert_eq!(other.differing(&types.recordable()), [("gift_sent", 2, 1)]);
    }
}
