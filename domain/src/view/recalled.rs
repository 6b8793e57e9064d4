//! A message that was taken back, as it is shown from then on: its place and its sender, and nothing of
//! what it said.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::timestamp::Timestamp;
use crate::view::withheld::taken_for;

/// A feed item without `value` and `data`.
#[derive(Serialize, Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    room_seq: u64,
    #[serde(borrow)]
    id: Cow<'a, str>,
    at: Timestamp,
    #[serde(borrow)]
    priority: Cow<'a, str>,
    #[serde(borrow)]
    user_id: Cow<'a, str>,
    #[serde(borrow)]
    nick: Cow<'a, str>,
    #[serde(borrow)]
    avatar: Option<Cow<'a, str>>,
    level: Option<u32>,
    #[serde(borrow)]
    role: Cow<'a, str>,
    #[serde(skip_deserializing)]
    recalled: bool,
    #[serde(skip_deserializing)]
    value: Option<()>,
    #[serde(skip_deserializing)]
    data: Rest,
}

/// Nothing, but of a silenced message what its sender took it for: they are not to learn the rest.
#[derive(Default, Serialize)]
struct Rest {
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<&'static str>,
}

/// The types of which the text goes.
const MESSAGES: [&str; 4] =
    ["message_sent", "message_silenced", "custom_message_sent", "paid_message_sent"];

/// A feed item as JSON, without its text if it is a message. What is not a message stays: nobody can
/// take back a gift.
pub fn recalled_item(item: &str) -> String {
    match serde_json::from_str::<Envelope<'_>>(item) {
        Ok(envelope) if !MESSAGES.contains(&&*envelope.kind) => item.to_owned(),
        Ok(envelope) => {
            let data = Rest { was: taken_for(item) };
            let recalled = Envelope { recalled: true, data, ..envelope };
            // Plain texts and numbers: writing them into memory cannot fail.
            serde_json::to_string(&recalled).unwrap_or_default()
        }
        Err(_) => unreadable(item),
    }
}

/// An item of which not even the envelope can be read shows nothing at all.
fn unreadable(item: &str) -> String {
    #[derive(Deserialize)]
    struct Place<'a> {
        #[serde(borrow)]
        room_seq: &'a RawValue,
    }
    let place = serde_json::from_str::<Place<'_>>(item);
    let room_seq = place.as_ref().map_or("null", |place| place.room_seq.get());
    format!(r#"{{"type":"message_sent","room_seq":{room_seq},"recalled":true,"data":{{}}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventData;
    use crate::sample;
    use crate::view::feed_item::feed_item;

    #[test]
    fn a_message_keeps_its_envelope_and_loses_its_text() {
        for event in sample::events() {
            let Some(item) = feed_item(&event) else { continue };
            let recalled = recalled_item(&item);
            let is_message = MESSAGES.contains(&event.data.type_name());
            assert_eq!(recalled != item, is_message, "{item}");
            if let EventData::MessageSent(sent) = &event.data {
                assert!(item.contains(&*sent.text) && !recalled.contains(&*sent.text));
                let before: serde_json::Value = serde_json::from_str(&item).unwrap();
                let after: serde_json::Value = serde_json::from_str(&recalled).unwrap();
                for kept in ["type", "room_seq", "id", "at", "priority", "user_id", "nick", "role"]
                {
                    assert_eq!(before[kept], after[kept]);
                }
                assert_eq!((&after["recalled"], &after["value"]), (&true.into(), &().into()));
                assert_eq!(after["data"], serde_json::json!({}));
            }
        }
    }
}
