//! Messages that not everybody sees: those that wait for somebody to look, and those that only their
//! sender takes for sent. Others get an item that keeps the place and says nothing.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use crate::event::EventData;
use crate::field::Clearance;
use crate::ids::UserId;
use crate::room::said::{Besides, Said};
use crate::room::silence_message::MessageSilenced;

const HELD: &str = r#"{"type":"message_held","#;
const SILENCED: &str = r#"{"type":"message_silenced","#;
const REVIEWED: &str = r#"{"type":"message_reviewed","#;
/// What its sender takes a silenced message for.
const SENT: &str = r#"{"type":"message_sent","#;

/// The least that sees all of it.
const LEAST: Clearance = Clearance::Assistant;

/// Whether only some see the event.
pub(crate) fn is_withheld(data: &EventData) -> bool {
    matches!(
        data,
        EventData::MessageHeld(_) | EventData::MessageSilenced(_) | EventData::MessageReviewed(_)
    )
}

/// As [`is_withheld`], of an item that is JSON already.
pub(crate) fn is_withheld_json(item: &str) -> bool {
    [HELD, SILENCED, REVIEWED].iter().any(|beginning| item.starts_with(beginning))
}

/// The item for a reader with this clearance whose business it is not.
pub(crate) fn of_others(item: &str, clearance: Clearance) -> String {
    if LEAST <= clearance {
        return item.to_owned();
    }
    let Place { room_seq, id, at } = serde_json::from_str(item).unwrap_or_default();
    // In the shape of every item.
    json!({ "type": "withheld", "room_seq": room_seq, "id": id, "at": at, "priority": "lowest",
        "user_id": "-", "nick": "", "avatar": null, "level": null, "role": "viewer", "value": null,
        "data": {} })
    .to_string()
}

#[derive(Default, Deserialize)]
struct Place<'a> {
    room_seq: u64,
    #[serde(borrow)]
    id: Cow<'a, str>,
    at: i64,
}

/// Whose business an item is, and how they see it where they see no more than others.
pub fn own(item: &str) -> Option<(UserId, String)> {
    #[derive(Deserialize)]
    struct Of {
        user_id: UserId,
        data: Data,
    }
    #[derive(Deserialize)]
    struct Data {
        user_id: Option<UserId>,
        was: Option<String>,
        text: Option<Arc<str>>,
        besides: Option<Besides>,
    }
    if !is_withheld_json(item) {
        return None;
    }
    let Of { user_id, data } = serde_json::from_str(item).ok()?;
    if let Some(rest) = item.strip_prefix(SILENCED) {
        if let Some(was) = data.was {
            return Some((user_id, as_recalled(rest, &was)?));
        }
        let own = match (data.text, data.besides) {
            (Some(text), Some(besides)) => as_sent(rest, text, besides)?,
            (None, _) | (_, None) => format!("{SENT}{rest}"),
        };
        return Some((user_id, own));
    }
    // A review is about somebody else than its actor.
    Some((data.user_id.unwrap_or(user_id), item.to_owned()))
}

/// What the sender of a silenced message takes it for; nothing for other items.
pub(crate) fn taken_for(item: &str) -> Option<&'static str> {
    #[derive(Deserialize)]
    struct Of {
        data: MessageSilenced,
    }
    let rest = item.strip_prefix(SILENCED).map(|_| serde_json::from_str::<Of>(item))?;
    let MessageSilenced { text, reply_to, besides } = rest.ok()?.data;
    Some(Said { text, reply_to, besides }.sent().type_name())
}

/// A silenced item that was recalled, behind its type, as its sender sees it.
fn as_recalled(rest: &str, was: &str) -> Option<String> {
    let (head, _) = rest.split_once(r#","data":"#)?;
    Some(format!(r#"{{"type":"{was}",{head},"data":{{}}}}"#))
}

/// A silenced item behind its type, as what it would have been.
fn as_sent(rest: &str, text: Arc<str>, besides: Besides) -> Option<String> {
    let sent = Said { text, reply_to: None, besides: Some(besides) }.sent();
    // Inside a text every quote has a backslash before it, so this is found at the top first.
    let (head, _) = rest.split_once(r#","data":"#)?;
    let data = serde_json::to_string(&sent).ok()?;
    Some(format!(r#"{{"type":"{}",{head},"data":{data}}}"#, sent.type_name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::send_message::MessageSent;
    use crate::sample;
    use crate::view::feed_item::feed_item;
    use crate::view::recalled::recalled_item;

    #[test]
    fn those_who_run_the_room_see_all_others_a_place_and_the_sender_their_message() {
        let withheld: Vec<_> =
            sample::events().into_iter().filter(|event| is_withheld(&event.data)).collect();
        assert_eq!(withheld.len(), 3);
        for event in withheld {
            let item = feed_item(&event).unwrap();
            assert!(is_withheld_json(&item));
            for clearance in Clearance::ALL {
                let seen = of_others(&item, clearance);
                assert_eq!(seen == item, Clearance::Assistant <= clearance, "{seen}");
                assert!(seen == item || !seen.contains("ann"), "{seen}");
            }
            let (user, own) = own(&item).unwrap();
            assert_eq!(user.as_str(), "ann");
            if let EventData::MessageSilenced(silenced) = &event.data {
                let (text, reply_to) = (silenced.text.clone(), silenced.reply_to);
                let data = EventData::MessageSent(MessageSent { text, reply_to });
                let sent = feed_item(&crate::event::Event { data, ..event.clone() }).unwrap();
                assert_eq!(own, sent, "byte for byte what a message looks like");
            } else {
                assert_eq!(own, item);
            }
        }
    }

    #[test]
    fn the_sender_sees_a_silenced_message_of_any_kind_as_it_would_have_been() {
        for event in sample::events() {
            let Some(said) = Said::of(&event.data) else { continue };
            let data = crate::room::silence_message::silence(said);
            let silenced = feed_item(&crate::event::Event { data, ..event.clone() }).unwrap();
            let (user, own) = own(&silenced).unwrap();
            assert_eq!((user, Some(own)), (event.actor.user.clone(), feed_item(&event)));
        }
    }

    #[test]
    fn a_silenced_message_that_was_recalled_is_to_its_sender_what_another_would_be() {
        for event in sample::events() {
            let Some(said) = Said::of(&event.data) else { continue };
            let data = crate::room::silence_message::silence(said);
            let silenced = feed_item(&crate::event::Event { data, ..event.clone() }).unwrap();
            let (_, own) = own(&recalled_item(&silenced)).unwrap();
            assert_eq!(own, recalled_item(&feed_item(&event).unwrap()));
        }
    }

    #[test]
    fn what_cannot_be_read_shows_nothing() {
        let seen = of_others(r#"{"type":"message_held",secret"#, Clearance::Anyone);
        assert!(!seen.contains("secret"));
        assert_eq!(own(r#"{"type":"message_held",secret"#), None);
        assert_eq!(own(r#"{"type":"message_sent"}"#), None);
    }
}
