//! The frames of a run. Likes that follow each other become one frame, and so do comings and goings
//! when there are many: what counts then is how many, and who came last.
//!
//! A merged frame stands for the items from `from_seq` to `room_seq`, without a hole, and says how
//! many of which type. So a client can still prove that it has everything, and the frame's id is as
//! good a place to resume from as any.

use std::collections::{VecDeque, vec_deque};
use std::sync::Arc;

use serde::Serialize;

use crate::hub::frame::Frame;
use crate::hub::item::{Item, Part};

/// Names that a merged frame gives: the last ones who came.
const NAMES_SHOWN: usize = 3;

/// The frames for items of which the first has `room_seq` `first`.
///
/// Comings and goings stay frames of their own while the run has at most `moves_max` of them.
pub(crate) fn frames(
    first: u64,
    items: vec_deque::Iter<'_, Item>,
    moves_max: usize,
) -> Arc<[Frame]> {
    let moves = items.clone().filter(|item| is_move(item)).count();
    let merges_moves = moves_max < moves;
    let mut frames = Vec::new();
    let mut group = Group::default();
    for (room_seq, item) in (first..).zip(items) {
        match &item.part {
            Some(part) if merges_moves || !is_move(item) => group.add(room_seq, part, &item.frame),
            Some(_) | None => {
                frames.extend(group.take());
                frames.push(item.frame.clone());
            }
        }
    }
    frames.extend(group.take());
    frames.into()
}

fn is_move(item: &Item) -> bool {
    matches!(item.part, Some(Part::Joined { .. } | Part::Left))
}

/// Items that follow each other and become one frame.
#[derive(Debug, Default)]
struct Group {
    items: u64,
    merged: Merged,
    /// Who is alone stays as they are.
    alone: Option<Frame>,
}

/// The merged frame as JSON; `docs/http-api.md` describes it.
#[derive(Debug, Default, Serialize)]
struct Merged {
    #[serde(rename = "type")]
    kind: &'static str,
    from_seq: u64,
    room_seq: u64,
    counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    likes: Option<Likes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    joined: Option<Joined>,
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
    fn add(&mut self, room_seq: u64, part: &Part, frame: &Frame) {
        let merged = &mut self.merged;
        if self.items == 0 {
            merged.from_seq = room_seq;
            self.alone = Some(frame.clone());
        }
        self.items += 1;
        merged.room_seq = room_seq;
        match part {
            Part::Likes { count, total } => {
                merged.counts.likes_added += 1;
                let likes = merged.likes.get_or_insert_default();
                likes.count = likes.count.saturating_add(*count);
                likes.total = *total;
            }
            Part::Joined { nick } => {
                merged.counts.room_joined += 1;
                let joined = merged.joined.get_or_insert_default();
                joined.count += 1;
                if joined.names.len() == NAMES_SHOWN {
                    joined.names.pop_front();
                }
                joined.names.push_back(nick.clone());
            }
            Part::Left => merged.counts.room_left += 1,
        }
    }

    /// The group's frame; the group is empty afterwards.
    fn take(&mut self) -> Option<Frame> {
        let Self { items, mut merged, alone } = std::mem::take(self);
        match items {
            0 => None,
            1 => alone,
            _ => {
                merged.kind = "merged";
                // Plain structs with text keys: writing them into memory cannot fail.
                #[expect(clippy::expect_used, reason = "see above")]
                let json = serde_json::to_string(&merged).expect("a merged frame is JSON");
                Some(Frame::encode(Some(merged.room_seq), &json))
            }
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use domain::view::feed_item::Priority;
    use serde_json::{Value, json};

    use super::*;

    fn item(room_seq: u64, part: Option<Part>) -> Item {
        let frame = Frame::encode(Some(room_seq), &format!("{{\"room_seq\":{room_seq}}}"));
        Item { frame, priority: Priority::Normal, part }
    }

    /// `c` is chat, `l` five likes, `j` somebody who comes, `g` somebody who goes; from 11 on.
    fn items(text: &str) -> VecDeque<Item> {
        let part = |room_seq: u64, letter| match letter {
            'l' => Some(Part::Likes { count: 5, total: room_seq * 100 }),
            'j' => Some(Part::Joined { nick: format!("n{room_seq}").into() }),
            'g' => Some(Part::Left),
            _ => None,
        };
        (11..).zip(text.chars()).map(|(seq, letter)| item(seq, part(seq, letter))).collect()
    }

    fn merged(text: &str, moves_max: usize) -> Vec<Value> {
        let frames = frames(11, items(text).iter(), moves_max);
        let read = |frame: &Frame| -> Value { serde_json::from_str(frame.json()).unwrap() };
        let values: Vec<Value> = frames.iter().map(read).collect();
        // Whatever was merged: nothing is missing and nothing comes twice.
        let mut last = 10;
        for value in &values {
            let to = value["room_seq"].as_u64().unwrap();
            let from = value["from_seq"].as_u64().unwrap_or(to);
            assert_eq!(from, last + 1, "{values:?}");
            if let Some(counts) = value["counts"].as_object() {
                let covered: u64 = counts.values().filter_map(Value::as_u64).sum();
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
        let frames = merged("jjjgjl", 4);
        let expected = json!({
            "type": "merged", "from_seq": 11, "room_seq": 16,
            "counts": { "likes_added": 1, "room_joined": 4, "room_left": 1 },
            "likes": { "count": 5, "total": 1_600 },
            "joined": { "count": 4, "names": ["n12", "n13", "n15"] },
        });
        assert_eq!(frames, [expected]);
    }

    #[test]
    fn every_mixture_is_dense() {
        for text in ["", "c", "l", "lj", "jljljl", "ccjjll", "gggggg", "lcjcgclcjcg"] {
            for moves_max in 0..4 {
                merged(text, moves_max);
            }
        }
    }
}
