//! How much is caught and how much is flagged by mistake, on `../shared/data/filter`. The figures and
//! the time it takes are printed by `cargo run --release -p bench -- filter`.

use std::sync::Arc;

use domain::word_list::{FilterAction, WordLists};
use filter::rules::{Defaults, English, Rules, Verdict};
use serde_json::Value;

/// A file of test data; says so when it is absent.
pub(crate) fn data(name: &str) -> Option<String> {
    let path = format!("{}/../../shared/data/filter/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("{path} is absent: this test checks nothing");
    }
    text
}

fn languages(wanted: &[&str]) -> Option<Vec<Arc<str>>> {
    let all: Value = serde_json::from_str(&data("words-ldnoobw.json")?).unwrap();
    let of = |language: &&str| filter::bundle::words(&all[*language].to_string()).unwrap();
    Some(wanted.iter().flat_map(of).collect())
}

fn rules(english: English, words: Vec<Arc<str>>) -> Rules {
    let defaults = Defaults::new(english, words, FilterAction::Replace).unwrap();
    Rules::new(Arc::new(defaults), &WordLists::default(), None).unwrap()
}

/// Of all: how many, and how many are flagged.
fn flagged(rules: &Rules, texts: impl Iterator<Item: AsRef<str>>) -> (usize, usize) {
    texts.fold((0, 0), |(all, flagged), text| {
        let is_flagged = rules.screen(text.as_ref(), None) != Verdict::Clean;
        (all + 1, flagged + usize::from(is_flagged))
    })
}

fn percent((all, flagged): (usize, usize)) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let (all, flagged) = (all as f64, flagged as f64);
    100.0 * flagged / all
}

struct Rates {
    caught: f64,
    clean_flagged: f64,
    fine_flagged: f64,
}

fn rates(rules: &Rules) -> Option<Rates> {
    let cases: Vec<Value> =
        data("cases.ndjson")?.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let texts = |bad: bool| {
        let those = cases.iter().filter(move |case| case["bad"] == bad);
        those.map(|case| case["text"].as_str().unwrap())
    };
    let clean = data("false-positives.txt")?;
    let rates = Rates {
        caught: percent(flagged(rules, texts(true))),
        clean_flagged: percent(flagged(rules, clean.lines())),
        fine_flagged: percent(flagged(rules, texts(false))),
    };
    println!(
        "caught {:.2} % clean {:.2} % fine {:.2} %",
        rates.caught, rates.clean_flagged, rates.fine_flagged
    );
    Some(rates)
}

#[test]
fn the_default_catches_85_percent_and_flags_less_than_half_a_percent_of_clean_words() {
    let Some(words) = languages(&filter::bundle::DEFAULT_LANGUAGES) else { return };
    let Some(rates) = rates(&rules(English::Strict, words)) else { return };
    assert!(85.0 <= rates.caught, "{}", rates.caught);
    assert!(rates.clean_flagged <= 0.5, "{}", rates.clean_flagged);
    assert!(rates.fine_flagged <= 0.5, "{}", rates.fine_flagged);
}

#[test]
fn our_own_matcher_alone_keeps_its_rates() {
    let Some(words) = languages(&["en"]) else { return };
    let Some(rates) = rates(&rules(English::Off, words)) else { return };
    assert!(20.0 <= rates.caught, "{}", rates.caught);
    assert!(rates.clean_flagged <= 0.8, "{}", rates.clean_flagged);
}
