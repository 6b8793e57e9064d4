//! The cases of `evasions-unicode.ndjson`: each says its words, its text and what must be found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::word_list::{ContactKind, FilterAction, WordList, WordLists};
use filter::rules::{Defaults, Rules, Verdict};
use filter::same_to_the_eye;
use serde_json::Value;

use crate::rates::data;

/// Marks what was found: two characters, so it stands once for each.
const MARK: &str = "\u{2691}\u{2691}";

#[test]
fn every_unicode_case_is_found_exactly() {
    let Some(cases) = data("evasions-unicode.ndjson") else { return };
    let cases: Vec<Value> = cases.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), 21);
    for case in cases {
        let text = case["text"].as_str().unwrap();
        if let Some(same) = case["same_as"].as_str() {
            assert!(same_to_the_eye(text, same), "{case}");
            continue;
        }
        let found: Vec<&str> =
            case["found"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        let mut expected = text.to_owned();
        for word in &found {
            expected = expected.replacen(word, MARK, 1);
        }
        let verdict = rules(&case).screen(text, None);
        let expected = if found.is_empty() { Verdict::Clean } else { Verdict::Replaced(expected) };
        assert_eq!(verdict, expected, "{case}");
    }
}

fn rules(case: &Value) -> Rules {
    let words = case["words"].as_array().into_iter().flatten();
    let words: BTreeSet<Arc<str>> = words.map(|word| word.as_str().unwrap().into()).collect();
    let contacts = match case["rule"].as_str() {
        None => BTreeSet::new(),
        Some("number") => BTreeSet::from([ContactKind::Number]),
        Some("url") => BTreeSet::from([ContactKind::Url]),
        Some("email") => BTreeSet::from([ContactKind::Email]),
        Some(other) => panic!("a rule `{other}`"),
    };
    let action = FilterAction::Replace;
    let list = WordList { words, action, mask: MARK.into(), contacts, ..WordList::default() };
    let app = BTreeMap::from([("list".parse().unwrap(), list)]);
    let lists = WordLists { version: 1, app, ..WordLists::default() };
    Rules::new(Arc::new(Defaults::none()), &lists, None).unwrap()
}
