//! What a reader may not know, taken out of an item that has it. Live, in history and in the
//! snapshot the same function, so that all three say the same.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::{Event, EventData};
use crate::field::{Clearance, Field};
use crate::ids::{FieldKey, UserId};
use crate::view::withheld::{self, is_withheld, is_withheld_json};

/// The definitions of an app, as they are now: who may read a field holds for old items too.
pub type Fields = BTreeMap<FieldKey, Field>;

/// How the JSON of an item with fields begins.
const BEGINNINGS: [&str; 2] = [r#"{"type":"fields_set","#, r#"{"type":"member_fields_set","#];

/// Whether readers see the event differently.
pub fn is_restricted(event: &Event) -> bool {
    matches!(event.data, EventData::FieldsSet(_) | EventData::MemberFieldsSet(_))
        || is_withheld(&event.data)
}

/// As [`is_restricted`], of an item that is JSON already.
pub fn is_restricted_json(item: &str) -> bool {
    BEGINNINGS.iter().any(|beginning| item.starts_with(beginning)) || is_withheld_json(item)
}

/// The data of an item with fields, in the order in which it is written.
#[derive(Default, Deserialize)]
struct Data<'a> {
    #[serde(borrow, default)]
    user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    values: BTreeMap<FieldKey, &'a RawValue>,
}

/// The item for a reader with this clearance: without the fields that they may not read, and
/// otherwise byte for byte the same. Of an item that cannot be read nothing is shown.
pub fn cleared(item: &str, fields: &Fields, clearance: Clearance) -> String {
    if is_withheld_json(item) {
        return withheld::of_others(item, clearance);
    }
    // Inside a text every quote has a backslash before it, so this is found at the top first.
    let (head, tail) = item.split_once(r#","data":"#).unwrap_or((r#"{"type":"fields_set""#, ""));
    let data = tail.strip_suffix('}').unwrap_or(tail);
    let Data { user_id, values } = serde_json::from_str(data).unwrap_or_default();
    let readable = |key: &FieldKey| fields.get(key).is_some_and(|field| field.read <= clearance);
    let mut cleared = String::with_capacity(item.len());
    cleared.push_str(head);
    cleared.push_str(r#","data":{"#);
    if let Some(user_id) = user_id {
        cleared.push_str(r#""user_id":"#);
        cleared.push_str(user_id.get());
        cleared.push(',');
    }
    cleared.push_str(r#""values":{"#);
    for (place, (key, value)) in values.iter().filter(|(key, _)| readable(key)).enumerate() {
        cleared.push_str(if place == 0 { "\"" } else { ",\"" });
        // Letters, digits and underscores: nothing to escape.
        cleared.push_str(key.as_str());
        cleared.push_str("\":");
        cleared.push_str(value.get());
    }
    cleared.push_str("}}}");
    cleared
}

/// As [`cleared`], for somebody who may be the one whose message it is.
pub fn cleared_for(item: &str, fields: &Fields, clearance: Clearance, user: &UserId) -> String {
    match withheld::own(item) {
        Some((own, item)) if own == *user && clearance < Clearance::Assistant => item,
        Some(_) | None => cleared(item, fields, clearance),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::field::FieldScope;
    use crate::room::set_fields::FieldsSet;
    use crate::room::set_member_fields::MemberFieldsSet;
    use crate::sample;
    use crate::view::feed_item::feed_item;

    fn fields(read: &[(&str, Clearance)]) -> Fields {
        let (scope, write) = (FieldScope::Room, Clearance::Admin);
        let field = |read| Field { scope, read, write, kinds: BTreeSet::new() };
        read.iter().map(|(key, read)| (key.parse().unwrap(), field(*read))).collect()
    }

    #[test]
    fn who_may_read_all_gets_the_same_bytes_and_others_less() {
        let restricted = sample::events().into_iter().filter(is_restricted);
        let restricted: Vec<_> = restricted.filter(|event| !is_withheld(&event.data)).collect();
        assert_eq!(restricted.len(), 2);
        for event in restricted {
            let item = feed_item(&event).unwrap();
            assert!(is_restricted_json(&item), "{item}");
            let (EventData::FieldsSet(FieldsSet { values })
            | EventData::MemberFieldsSet(MemberFieldsSet { values, .. })) = &event.data
            else {
                panic!("{}", event.data.type_name());
            };
            let all = values.keys().map(|key| (key.as_str(), Clearance::Member));
            let fields = fields(&all.collect::<Vec<_>>());
            assert_eq!(cleared(&item, &fields, Clearance::Admin), item);
            assert_eq!(cleared(&item, &fields, Clearance::Member), item);
            let less = cleared(&item, &fields, Clearance::Anyone);
            assert!(less.ends_with(r#""values":{}}}"#), "{less}");
        }
    }

    #[test]
    fn a_nick_that_looks_like_data_hides_nothing_and_shows_nothing() {
        let item = concat!(
            r#"{"type":"fields_set","nick":"x,\"data\":{","data":"#,
            r#"{"values":{"a":"1,\"data\":","b":"2"}}}"#
        );
        let fields = fields(&[("a", Clearance::Anyone), ("b", Clearance::Owner)]);
        let expected = concat!(
            r#"{"type":"fields_set","nick":"x,\"data\":{","data":"#,
            r#"{"values":{"a":"1,\"data\":"}}}"#
        );
        assert_eq!(cleared(item, &fields, Clearance::Assistant), expected);
        assert_eq!(cleared(item, &fields, Clearance::Owner), item);
        assert_eq!(
            cleared("{}", &fields, Clearance::Admin),
            cleared("", &fields, Clearance::Anyone)
        );
    }

    #[test]
    fn a_field_that_nobody_defined_is_read_by_nobody() {
        let item = r#"{"type":"fields_set","data":{"values":{"a":"1"}}}"#;
        let cleared = cleared(item, &Fields::new(), Clearance::Admin);
        assert_eq!(cleared, r#"{"type":"fields_set","data":{"values":{}}}"#);
    }
}
