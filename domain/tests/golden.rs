//! What is on disk stays readable: every shape that was ever written has a file in `golden/`.
//!
//! `UPDATE_EXPECT=1 cargo test -p domain --test golden` writes the files of the present shapes. A
//! change in a file that is already committed means that old logs are no longer read as they were:
//! add a version instead.

use std::path::PathBuf;

use domain::app::define_field::FieldDefined;
use domain::app::set_level_rule::LevelRuleSet;
use domain::codec::{self, DecodeError};
use domain::event::EventData;
use domain::field::{Clearance, FieldScope};
use domain::level::deed::Source;
use domain::level::rule::{Earning, LevelRule};
use domain::room::send_message::MessageSent;
use domain::sample;
use expect_test::expect_file;

#[test]
fn every_event_is_written_as_in_its_golden_file() {
    for event in sample::golden_events() {
        let path = format!("golden/{}.v{}.json", event.data.type_name(), event.data.version());
        let json = serde_json::to_string(&event).unwrap();
        expect_file![path].assert_eq(&indented(&json));
    }
}

#[test]
fn a_commit_is_written_as_in_its_golden_file() {
    let json = String::from_utf8(codec::encode(&sample::commit())).unwrap();
    expect_file!["golden/commit.v1.json"].assert_eq(&indented(&json));
}

/// A later optional field of a message: absent where nobody replied, as in the golden file.
#[test]
fn a_reply_is_written_with_the_place_of_what_it_replies_to() {
    let sent = MessageSent { text: "yes".into(), reply_to: Some(3) };
    assert_eq!(serde_json::to_string(&sent).unwrap(), r#"{"text":"yes","reply_to":3}"#);
}

/// A later optional field of a definition: absent where all rooms have it, as in the golden file.
#[test]
fn a_field_of_some_kinds_of_rooms_is_written_with_them() {
    let (key, scope) = ("bids".parse().unwrap(), FieldScope::Room);
    let (read, write, kinds) = (Clearance::Anyone, Clearance::Owner, ["auction".into()].into());
    let defined = FieldDefined { key, scope, read, write, kinds };
    let json = concat!(
        r#"{"key":"bids","scope":"room","read":"anyone","write":"owner","#,
        r#""kinds":["auction"]}"#
    );
    assert_eq!(serde_json::to_string(&defined).unwrap(), json);
    assert_eq!(serde_json::from_str::<FieldDefined>(json).unwrap(), defined);
}

#[test]
fn every_golden_file_is_read_as_the_value_it_was_written_from() {
    let mut events = sample::golden_events();
    for entry in golden_folder().read_dir().unwrap() {
        let path = entry.unwrap().path();
        let json = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name == "commit.v1.json" {
            assert_eq!(codec::decode(json.as_bytes()).unwrap(), sample::commit());
            continue;
        }
        let (kind, version) = name.split_once(".v").unwrap();
        let event = codec::decode_one_event(&json).unwrap();
        if version != format!("{}.json", event.data.version()) {
            assert_eq!(event.data, lifted(name), "{name}");
            continue;
        }
        let sample = events.iter_mut().find(|sample| sample.data.type_name() == kind);
        assert_eq!(Some(&event), sample.as_deref(), "{name}");
    }
}

/// What the file of an old version is read as.
fn lifted(name: &str) -> EventData {
    assert_eq!(name, "level_rule_set.v1.json", "say here what it is read as");
    let sources = [Source::Message, Source::GiftCoin, Source::PaidCoin, Source::Like];
    let earnings = sources.map(|source| Earning::plain(source, 1)).into();
    let rule = LevelRule { earnings, ..LevelRule::default() };
    EventData::LevelRuleSet(LevelRuleSet { rule })
}

#[test]
fn a_whole_commit_survives_the_log() {
    let commit = domain::commit::Commit { events: sample::events(), ..sample::commit() };
    assert_eq!(codec::decode(&codec::encode(&commit)).unwrap(), commit);
}

#[test]
fn an_event_of_a_later_program_is_named_and_not_skipped() {
    let refused = |json: &str| match codec::decode_one_event(json) {
        Err(DecodeError::UnknownEvent { kind, version, .. }) => (kind, version),
        other => panic!("{other:?}"),
    };
    for event in sample::events() {
        let (kind, version) = (event.data.type_name(), event.data.version());
        let json = serde_json::to_string(&event).unwrap();
        let newer = json.replace(&format!("\"v\":{version}"), &format!("\"v\":{}", version + 1));
        assert_eq!(refused(&newer), (kind.to_owned(), version + 1));
        let unknown = json.replace(&format!("\"{kind}\""), "\"gift_returned\"");
        assert_eq!(refused(&unknown), ("gift_returned".to_owned(), version));
    }
}

#[test]
fn a_new_optional_field_does_not_stop_an_old_reader() {
    for entry in golden_folder().read_dir().unwrap() {
        let path = entry.unwrap().path();
        let known = std::fs::read_to_string(&path).unwrap();
        if path.ends_with("commit.v1.json") {
            continue;
        }
        let (head, data) = known.split_once("\"data\": ").unwrap();
        let more = data.replace("{}", "{\"new\": 1}").replace("{\n", "{\n\"new\": [1],\n");
        // What stands by a key of the merchant's has no fields of ours.
        let more = more.replace("\"values\": {\n\"new\": [1],\n", "\"values\": {\n");
        assert_ne!(more, data);
        let read = codec::decode_one_event(&format!("{head}\"data\": {more}")).unwrap();
        assert_eq!(read, codec::decode_one_event(&known).unwrap(), "{}", path.display());
    }
}

#[test]
fn a_new_field_of_a_caller_is_refused() {
    let product = r#"{"title": "Tea", "price_cents": 1, "new": 1}"#;
    assert!(serde_json::from_str::<domain::room::shelf::Product>(product).is_err());
}

#[test]
fn an_event_without_one_place_or_an_id_is_refused() {
    let known = std::fs::read_to_string(golden_folder().join("message_sent.v1.json")).unwrap();
    let place = "\"room\": \"room-1\",\n  \"room_seq\": 4,";
    let misplaced = [
        "",
        "\"room\": \"room-1\",",
        "\"room_seq\": 4,",
        "\"room\": \"room-1\", \"app_seq\": 4,",
        "\"room_seq\": 4, \"app_seq\": 4,",
        "\"room\": \"room-1\", \"room_seq\": 4, \"app_seq\": 4,",
    ];
    for other in misplaced {
        let read = codec::decode_one_event(&known.replace(place, other));
        assert!(matches!(read, Err(DecodeError::Misplaced { .. })), "{other}");
    }
    let unnamed = known.replace(".0\"", "\"");
    let read = codec::decode_one_event(&unnamed);
    assert!(matches!(read, Err(DecodeError::MalformedEventId { .. })));
}

fn golden_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// JSON with a line for each member and its keys in the order in which they were written, which
/// a parsed value would lose.
fn indented(json: &str) -> String {
    let mut text = String::new();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut characters = json.chars().peekable();
    while let Some(character) = characters.next() {
        let opens = !in_string && matches!(character, '{' | '[');
        let closes = !in_string && matches!(character, '}' | ']');
        let empty = opens && matches!(characters.peek(), Some('}' | ']'));
        if closes && !text.ends_with(['{', '[']) {
            depth -= 1;
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
        }
        text.push(character);
        in_string ^= character == '"' && !escaped;
        escaped = in_string && character == '\\' && !escaped;
        if opens && !empty {
            depth += 1;
        }
        if (opens && !empty) || (!in_string && character == ',') {
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
        }
        if !in_string && character == ':' {
            text.push(' ');
        }
    }
    text.push('\n');
    text
}
