//! Compares the settings of a stream with what was asked for, field by field, including fields
//! that this program has never heard of.

use std::collections::BTreeSet;

use serde_json::Value;

/// What the operator may set as they like, or what the server writes for itself.
const FREE_FIELDS: [&str; 3] = ["description", "metadata", "placement"];

/// A field that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) field: String,
    pub(super) wanted: String,
    pub(super) found: String,
}

/// The first field, in the order of their names, that differs.
pub(super) fn first_difference(wanted: &Value, found: &Value) -> Option<Difference> {
    let names = |config: &Value| -> BTreeSet<String> {
        config.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    let all = &names(wanted) | &names(found);
    let field = all.into_iter().find(|name| {
        !FREE_FIELDS.contains(&name.as_str())
            && without_defaults(&wanted[name]) != without_defaults(&found[name])
    })?;
    let (wanted, found) = (wanted[&field].to_string(), found[&field].to_string());
    Some(Difference { field, wanted, found })
}

/// The server spells "no limit" as 0, -1 or not at all.
fn without_defaults(value: &Value) -> Value {
    match value {
        Value::Number(number) if matches!(number.as_i64(), Some(0 | -1)) => Value::Null,
        Value::Bool(false) => Value::Null,
        Value::String(text) if matches!(text.as_str(), "" | "none" | "default") => Value::Null,
        Value::Array(items) if items.is_empty() => Value::Null,
        Value::Object(fields) if fields.values().all(|field| without_defaults(field).is_null()) => {
            Value::Null
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_are_equal_however_they_are_spelt() {
        let wanted = json!({"max_msgs": -1, "sealed": false, "subjects": ["a"]});
        let found = json!({"max_msgs": 0, "subjects": ["a"], "compression": "none",
            "consumer_limits": {}, "metadata": {"_nats.ver": "2.15.1"}});
        assert_eq!(first_difference(&wanted, &found), None);
    }

    #[test]
    fn a_field_that_nobody_asked_for_is_a_difference() {
        let found = json!({"subjects": ["a"], "allow_time_travel": true});
        let difference = first_difference(&json!({"subjects": ["a"]}), &found).unwrap();
        assert_eq!(difference.field, "allow_time_travel");
        assert_eq!((difference.wanted.as_str(), difference.found.as_str()), ("null", "true"));
    }

    #[test]
    fn a_field_that_was_dropped_is_a_difference() {
        let difference = first_difference(&json!({"deny_delete": true}), &json!({})).unwrap();
        assert_eq!(difference.field, "deny_delete");
    }
}
