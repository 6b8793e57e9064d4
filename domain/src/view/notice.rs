//! A notice: an event of the app that every viewer shall see, as a frame without a place in a room.
//!
//! The same members as a feed item, with `app_seq` in place of `room_seq`, and without the sender:
//! it is the merchant's back office.

use serde::Serialize;

use crate::event::{Event, EventData, EventId, Scope};
use crate::timestamp::Timestamp;
use crate::view::feed_item::Priority;
use crate::view::value::Value;

#[derive(Serialize)]
struct Notice<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    app_seq: u64,
    id: EventId,
    at: Timestamp,
    priority: Priority,
    value: Option<Value<'a>>,
    data: &'a EventData,
}

/// Whether all viewers of the app are told.
pub fn is_notice(data: &EventData) -> bool {
    matches!(data, EventData::GiftDefined(_) | EventData::BroadcastSent(_))
}

/// The notice as JSON on one line, or nothing for an event that is none.
pub fn notice(event: &Event) -> Option<String> {
    if is_notice(&event.data) { json(event) } else { None }
}

/// How somebody is shown from now on, for the rooms that they are in; as a notice.
pub fn introduction(event: &Event) -> Option<String> {
    if let EventData::UserRegistered(_) = event.data { json(event) } else { None }
}

fn json(event: &Event) -> Option<String> {
    let Scope::App { app_seq } = event.scope else { return None };
    let notice = Notice {
        kind: event.data.type_name(),
        app_seq,
        id: event.id,
        at: event.at,
        priority: Priority::of(&event.data),
        value: Value::of(&event.data),
        data: &event.data,
    };
    // Plain structs with text keys: writing them into memory cannot fail.
    #[expect(clippy::expect_used, reason = "see above")]
    Some(serde_json::to_string(&notice).expect("a notice is representable in JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_gift_is_a_notice_that_says_what_the_log_says_but_not_who() {
        let told: Vec<String> = sample::events().iter().filter_map(notice).collect();
        let gift = told.iter().find(|json| json.contains("gift_defined")).unwrap();
        assert!(gift.starts_with(r#"{"type":"gift_defined","app_seq":3,"id":""#), "{gift}");
        assert!(gift.contains(r#""value":"Rose","data":{"gift_id":"rose""#), "{gift}");
        assert!(!gift.contains("shop") && !gift.contains("room_seq"), "{gift}");
    }
}
