//! Lists, their actions, whitelists and rooms, and the traps that filters fall into.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::ids::RoomId;
use domain::word_list::{FilterAction, WordList, WordLists};
use filter::rules::{Defaults, Rules, Verdict};

fn list(words: &[&str]) -> WordList {
    let words = words.iter().map(|word| Arc::from(*word)).collect();
    WordList { words, mask: "*".into(), ..WordList::default() }
}

fn room(id: &str) -> RoomId {
    id.parse().unwrap()
}

fn of_app(lists: impl IntoIterator<Item = WordList>) -> WordLists {
    let named = lists.into_iter().zip('a'..).map(|(list, name)| (name.to_string(), list));
    let app = named.map(|(name, list)| (name.parse().unwrap(), list)).collect();
    WordLists { version: 1, app, ..WordLists::default() }
}

fn rules(lists: &WordLists) -> Rules {
    Rules::new(Arc::new(Defaults::none()), lists, None).unwrap()
}

/// The text with everything masked that is found.
fn masked(words: &[&str], text: &str) -> String {
    match rules(&of_app([list(words)])).screen(text, None) {
        Verdict::Clean => text.to_owned(),
        Verdict::Replaced(masked) => masked,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_word_within_a_word_is_no_word() {
    for (words, text) in [
        (["hell"], "hello shells, he'll come"),
        (["cunt"], "Scunthorpe"),
        (["ass"], "class as bass, pass the assets"),
        (["god"], "good goods"),
        (["av"], "I have a nice day"),
        (["tit"], "title, constitution, t-shirt it"),
    ] {
        assert_eq!(masked(&words, text), text);
    }
}

#[test]
fn a_word_is_found_however_it_is_written() {
    for text in [
        "hell",
        "HELL",
        "ｈｅｌｌ",
        "h\u{200d}ell",
        "heeeell",
        "hellllll",
        "h.e-l_l",
        "h e l l",
        "h3ll",
        "he11",
        "he!!",
        "нell",
        "ℋ𝓮𝓵𝓵",
        "h\u{301}ell",
        "h*ll",
        "h**l",
        "«hell»",
        "hell\u{e0000}",
        "ｈ．ｅ．ｌ．ｌ",
        "h😀e😀l😀l",
        "he❤️ll",
        "h🌹🌹ell",
        "🅷🅴🅻🅻",
    ] {
        assert_ne!(masked(&["hell"], text), text);
    }
    assert_eq!(masked(&["666"], "number 666, not 6666 or 1666"), "number ***, not 6666 or 1666");
}

#[test]
fn a_script_without_spaces_has_its_words_anywhere() {
    assert_eq!(masked(&["假货"], "他卖假货吗"), "他卖**吗");
    assert_eq!(masked(&["假货"], "他卖假 货、假@货"), "他卖* *、***");
    // Not across the end of a clause.
    assert_eq!(masked(&["假货"], "是假，货到"), "是假，货到");
    assert_eq!(masked(&["バカ"], "ﾊﾞｶだね"), "**だね");
    assert_eq!(masked(&["나쁜"], "정말나쁜말"), "정말**말");
}

#[test]
fn the_longest_of_what_overlaps_is_masked() {
    assert_eq!(masked(&["blue waffle", "waffle iron"], "a blue waffle iron"), "a **** ****** ****");
    assert_eq!(masked(&["假货", "货车"], "假货车来"), "***来");
}

#[test]
fn a_whitelist_lets_a_phrase_go_and_nothing_else() {
    let phrases = ["no rival".into(), "假货鉴定".into()].into();
    let allowing = WordList { whitelist: phrases, ..list(&["rival", "假货"]) };
    let rules = rules(&of_app([allowing]));
    assert_eq!(rules.screen("NO Rival, 假货鉴定", None), Verdict::Clean);
    let other = rules.screen("no rival is a rival", None);
    assert_eq!(other, Verdict::Replaced("no rival is a *****".into()));
}

#[test]
fn the_sternest_list_decides() {
    let stern = |action| WordList { action, ..list(&["bad"]) };
    let rules = |action| rules(&of_app([list(&["ugly"]), stern(action)]));
    let text = "ugly and bad";
    assert_eq!(rules(FilterAction::Reject).screen(text, None), Verdict::Refused);
    assert_eq!(rules(FilterAction::Hold).screen(text, None), Verdict::Held);
    assert_eq!(rules(FilterAction::Silent).screen(text, None), Verdict::Silent);
    let masked = Verdict::Replaced("**** and ***".into());
    assert_eq!(rules(FilterAction::Replace).screen(text, None), masked);
}

#[test]
fn a_room_has_lists_that_hold_there_only() {
    let mut lists = of_app([WordList { rooms: [room("tea")].into(), ..list(&["pest"]) }]);
    let whitelist = ["rival tea".into(), "pest tea".into()].into();
    let own = BTreeMap::from([("a".parse().unwrap(), WordList { whitelist, ..list(&["rival"]) })]);
    lists.rooms.insert(room("tea"), own);
    let rules = rules(&lists);
    let in_tea = |text: &str| rules.screen(text, Some(&room("tea")));
    assert_eq!(in_tea("rival pest"), Verdict::Replaced("***** ****".into()));
    assert_eq!(rules.screen("rival pest", Some(&room("cups"))), Verdict::Clean);
    assert_eq!(rules.screen("rival pest", None), Verdict::Clean);
    // What the app forbids a room cannot allow.
    assert_eq!(in_tea("rival tea, pest tea"), Verdict::Replaced("rival tea, **** tea".into()));
}

#[test]
fn lists_that_stayed_are_not_compiled_again() {
    let lists = of_app([list(&["ugly"])]);
    let first = rules(&lists);
    let again = Rules::new(Arc::new(Defaults::none()), &lists, Some(&first)).unwrap();
    assert_ne!(again.screen("ugly", None), Verdict::Clean);
}
