//! The frames of a run. Likes that follow each other become one frame, and so do comings and goings
//! of a crowd ([`super::moves`]): what counts then is how many, and who came last. What is left out is counted.
//!
//! Such a frame stands for the items from `from_seq` to `room_seq`, without a hole, and says how many
//! of which type it merges and how many of which class it leaves out. So a client can still prove
//! that it knows of everything, and the frame's id is as good a place to resume from as any.

use std::collections::{VecDeque, vec_deque};
use std::sync::Arc;

use domain::view::feed_item::Priority;
use serde::Serialize;

use crate::hub::frame::Frame;
use crate::hub::item::{Item, Part};

/// Names that a merged frame gives: the last ones who came.
const NAMES_SHOWN: usize = 3;

/// The frames of some items.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) frames: Arc<[Frame]>,
    pub(crate) shed: Shed,
}

/// Items that are left out, by class. `High` never is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Shed {
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) normal: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) low: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) lowest: u64,
}

impl Shed {
    /// Adds what else was left out.
    pub(crate) fn sum(&mut self, more: &Self) {
        self.normal += more.normal;
        self.low += more.low;
        self.lowest += more.lowest;
    }
}

/// The frames for items of which the first has `room_seq` `first`, without classes below `keep`.
///
/// Comings and goings stay frames of their own where there are few. What can be merged is merged and
/// not left out.
pub(crate) fn frames(first: u64, items: vec_deque::Iter<'_, Item>, keep: Priority) -> Merged {
    let merges_moves = Priority::Lowest < keep;
    let mut merged = Vec::new();
    let mut shed = Shed::default();
    let mut group = Group::default();
    for (room_seq, item) in (first..).zip(items) {
        match &item.part {
            Some(part)
                if merges_moves || !item.is_move() || item.is_over_budget || item.is_crowded =>
            {
                group.merge(room_seq, part, &item.frame);
            }
            None if item.priority < keep || item.is_over_budget => {
                shed.add(item.priority);
                group.shed(room_seq, item.priority);
            }
            Some(_) | None => {
                merged.extend(group.take());
                merged.push(item.frame.clone());
            }
        }
    }
    merged.extend(group.take());
    Merged { frames: merged.into(), shed }
}

impl Shed {
    pub(crate) fn add(&mut self, class: Priority) {
        match class {
            Priority::Normal => self.normal += 1,
            Priority::Low => self.low += 1,
            Priority::Lowest => self.lowest += 1,
            // Never left out: a budget grants it, and no reader is too slow for it and stays.
            Priority::High => debug_assert!(false, "an item of high priority is left out"),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Items that follow each other and become one frame.
#[derive(Debug, Default)]
struct Group {
    items: u64,
    summary: Summary,
    /// Who is alone stays as they are.
    alone: Option<Frame>,
}

/// The frame as JSON; `docs/push.md` describes it.
#[derive(Debug, Default, Serialize)]
struct Summary {
    #[serde(rename = "type")]
    kind: &'static str,
    from_seq: u64,
    room_seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    likes: Option<Likes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    joined: Option<Joined>,
    #[serde(skip_serializing_if = "Shed::is_empty")]
    shed: Shed,
}

/// Items by their type.
#[derive(Debug, Default, Serialize)]
struct Counts {
    #[serde(skip_serializing_if = "is_zero")]
    likes_added: u64,
    #[serde(skip_serializing_if = "is_zero")]
    room_joined: u64,
    #[serde(skip_serializing_if = "is_zero")]
    room_left: u64,
}

#[derive(Debug, Default, Serialize)]
struct Likes {
    count: u64,
    total: u64,
}

#[derive(Debug, Default, Serialize)]
struct Joined {
    count: u64,
    names: VecDeque<Arc<str>>,
}

impl Group {
    fn reach(&mut self, room_seq: u64) {
        if self.items == 0 {
            self.summary.from_seq = room_seq;
        }
        self.items += 1;
        self.summary.room_seq = room_seq;
    }

    fn shed(&mut self, room_seq: u64, class: Priority) {
        self.reach(room_seq);
        self.alone = None;
        self.summary.shed.add(class);
    }

    fn merge(&mut self, room_seq: u64, part: &Part, frame: &Frame) {
        self.reach(room_seq);
        self.alone = (self.items == 1).then(|| frame.clone());
        let summary = &mut self.summary;
        let counts = summary.counts.get_or_insert_default();
        match part {
            Part::Likes { count, total } => {
                counts.likes_added += 1;
                let likes = summary.likes.get_or_insert_default();
                likes.count = likes.count.saturating_add(*count);
                likes.total = *total;
            }
            Part::Joined { nick } => {
                counts.room_joined += 1;
                let joined = summary.joined.get_or_insert_default();
                joined.count += 1;
                if joined.names.len() == NAMES_SHOWN {
                    joined.names.pop_front();
                }
                joined.names.push_back(nick.clone());
            }
            Part::Left => counts.room_left += 1,
        }
    }

    /// The group's frame; the group is empty afterwards.
    fn take(&mut self) -> Option<Frame> {
        let Self { items, mut summary, alone } = std::mem::take(self);
        if items == 0 || alone.is_some() {
            return alone;
        }
        summary.kind = if summary.counts.is_some() { "merged" } else { "shed" };
        // Plain structs with text keys: writing them into memory cannot fail.
        #[expect(clippy::expect_used, reason = "see above")]
        let json = serde_json::to_string(&summary).expect("a summary is JSON");
        Some(Frame::encode(Some(summary.room_seq), &json))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use domain::timestamp::Timestamp;
    use serde_json::{Value, json};

    use super::*;
    use crate::hub::moves::Moves;

    fn item(room_seq: u64, priority: Priority, part: Option<Part>) -> Item {
        let frame = Frame::encode(Some(room_seq), &format!("{{\"room_seq\":{room_seq}}}"));
        Item { frame, priority, part, is_over_budget: false, is_crowded: false }
    }

    /// `c` is chat, `x` low, `h` high, `l` five likes, `j` somebody who comes, `g` somebody who goes;
    /// from 11 on. After the first `moves_max` who come or go it is a crowd.
    fn items(text: &str, moves_max: usize) -> VecDeque<Item> {
        let mut moves = Moves::new(moves_max, 1);
        let part = |room_seq: u64, letter| match letter {
            'l' => Some(Part::Likes { count: 5, total: room_seq * 100 }),
            'j' => Some(Part::Joined { nick: format!("n{room_seq}").into() }),
            'g' => Some(Part::Left),
            _ => None,
        };
        let priority = |letter| match letter {
            'h' => Priority::High,
            'x' => Priority::Low,
            _ => Priority::Normal,
        };
        let letters = (11..).zip(text.chars());
        letters
            .map(|(seq, letter)| {
                let mut item = item(seq, priority(letter), part(seq, letter));
                item.is_crowded = item.is_move() && moves.is_crowded(Timestamp(0));
                item
            })
            .collect()
    }

    fn merged(text: &str, moves_max: usize) -> Vec<Value> {
        kept(text, moves_max, Priority::Lowest)
    }

    fn kept(text: &str, moves_max: usize, keep: Priority) -> Vec<Value> {
        let Merged { frames, .. } = frames(11, items(text, moves_max).iter(), keep);
        let read = |frame: &Frame| -> Value { serde_json::from_str(frame.json()).unwrap() };
        let values: Vec<Value> = frames.iter().map(read).collect();
        // Whatever was merged: nothing is missing and nothing comes twice.
        let mut last = 10;
        for value in &values {
            let to = value["room_seq"].as_u64().unwrap();
            let from = value["from_seq"].as_u64().unwrap_or(to);
            assert_eq!(from, last + 1, "{values:?}");
            if value["from_seq"].is_u64() {
                let sum = |name: &str| -> u64 {
                    let counts = value[name].as_object().into_iter().flatten();
                    counts.filter_map(|(_, count)| count.as_u64()).sum()
                };
                let covered = sum("counts") + sum("shed");
                assert_eq!(covered, to - from + 1, "{value}");
            }
            last = to;
        }
        assert_eq!(last, 10 + text.len() as u64);
        values
    }

    #[test]
    fn likes_that_follow_each_other_become_one_frame() {
        let frames = merged("cllclc", 0);
        let expected = json!({
            "type": "merged", "from_seq": 12, "room_seq": 13, "counts": { "likes_added": 2 },
            "likes": { "count": 10, "total": 1_300 },
        });
        assert_eq!(frames[1], expected);
        // One that is alone stays as it is.
        assert_eq!(frames[3], json!({ "room_seq": 15 }));
        assert_eq!(frames.len(), 5);
    }

    #[test]
    fn comings_and_goings_are_merged_above_a_number() {
        assert_eq!(merged("jjg", 3).len(), 3);
        // One of a crowd that is alone stays as it is.
        assert_eq!(merged("jjgj", 3).len(), 4);
        let frames = merged("jjjjgjl", 1);
        let expected = json!({
            "type": "merged", "from_seq": 12, "room_seq": 17,
            "counts": { "likes_added": 1, "room_joined": 4, "room_left": 1 },
            "likes": { "count": 5, "total": 1_700 },
            "joined": { "count": 4, "names": ["n13", "n14", "n16"] },
        });
        assert_eq!(frames[1..], [expected]);
    }

    #[test]
    fn what_is_left_out_is_counted_by_class_and_what_is_high_stays() {
        let frames = kept("cxhlcc", 0, Priority::High);
        let shed = json!({
            "type": "shed", "from_seq": 11, "room_seq": 12, "shed": { "normal": 1, "low": 1 },
        });
        let merged = json!({
            "type": "merged", "from_seq": 14, "room_seq": 16, "counts": { "likes_added": 1 },
            "likes": { "count": 5, "total": 1_400 }, "shed": { "normal": 2 },
        });
        assert_eq!(frames, [shed, json!({ "room_seq": 13 }), merged]);
        assert_eq!(kept("cx", 0, Priority::Normal).len(), 2);
        assert_eq!(kept("cx", 0, Priority::Low).len(), 2);
    }

    #[test]
    fn what_is_over_budget_is_left_out_or_merged() {
        let mut items = items("cjc", 9);
        for item in &mut items {
            item.is_over_budget = true;
        }
        let Merged { frames, shed } = frames(11, items.iter(), Priority::Lowest);
        assert_eq!((frames.len(), shed.normal), (1, 2));
        assert!(frames[0].json().contains("\"counts\":{\"room_joined\":1}"), "{frames:?}");
    }

    #[test]
    fn every_mixture_is_dense() {
        for text in
            ["", "c", "l", "lj", "jljljl", "ccjjll", "gggggg", "lcjcgclcjcg", "xlxhcjh", "hhxxcc"]
        {
            for moves_max in 0..4 {
                for keep in [Priority::Lowest, Priority::Low, Priority::Normal, Priority::High] {
                    kept(text, moves_max, keep);
                }
            }
        }
    }
}
