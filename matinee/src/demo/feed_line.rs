//! One item of a feed as a line for a person.

use serde_json::Value;

use crate::terminal::{Colour, harmless, paint};

/// Longest text of a message that is shown.
const TEXT_CHARS: usize = 80;

/// A line, and whether it should be shown even when many others are left out.
#[derive(Debug, PartialEq, Eq)]
pub struct FeedLine {
    /// The line.
    pub text: String,
    /// Money, moderation, the host's doings.
    pub important: bool,
}

/// The line of an item; none for what only moves a counter.
pub fn feed_line(item: &Value) -> Option<FeedLine> {
    let data = &item["data"];
    let text = |value: &Value| shorten(&harmless(value.as_str().unwrap_or_default()));
    let nick = paint(Colour::Dim, &text(&item["nick"]));
    let (line, important) = match item["type"].as_str()? {
        "message_sent" => (format!("{nick}: {}", text(&data["text"])), false),
        "paid_message_sent" => {
            let amount = paint(Colour::Yellow, &format!("{} gold", data["amount"]));
            (format!("{nick} [{amount}]: {}", text(&data["text"])), true)
        }
        "gift_sent" => {
            let gift = format!("{} × {}", data["count"], text(&data["name"]));
            (format!("{nick} sends {}", paint(Colour::Yellow, &gift)), true)
        }
        "room_joined" => (format!("{nick} comes in"), false),
        "user_muted" => {
            let whom = text(&data["user_id"]);
            (format!("{} is muted for {} s", paint(Colour::Red, &whom), data["seconds"]), true)
        }
        "room_status_changed" => {
            (paint(Colour::Cyan, &format!("the show is {}", text(&data["to"]))), true)
        }
        "spotlight_set" => match data["product"]["title"].as_str() {
            Some(title) => (paint(Colour::Cyan, &format!("now: {}", harmless(title))), true),
            None => return None,
        },
        _ => return None,
    };
    let room_seq = item["room_seq"].as_u64().unwrap_or_default();
    let number = paint(Colour::Dim, &format!("{room_seq:>5}"));
    Some(FeedLine { text: format!("{number}  {line}"), important })
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= TEXT_CHARS {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(TEXT_CHARS).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn money_is_important_and_likes_are_not_shown() {
        let gift = json!({"type": "gift_sent", "room_seq": 7, "nick": "Ann",
            "data": {"name": "rose", "count": 3}});
        let line = feed_line(&gift).unwrap();
        assert_eq!((line.text.as_str(), line.important), ("    7  Ann sends 3 × rose", true));

        let likes = json!({"type": "likes_added", "room_seq": 8, "nick": "Ann", "data": {}});
        assert_eq!(feed_line(&likes), None);
    }
}
