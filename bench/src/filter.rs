//! `bench filter`: how much of what people wrote past a filter is caught, how many clean words are
//! flagged, and how long a text takes. The figures stand in `docs/filter.md`.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use domain::word_list::{FilterAction, WordLists};
use filter::rules::{Defaults, English, Rules, Verdict};
use serde_json::Value;

use crate::figures::table;

/// Texts screened in one run of a measurement, of long ones, and runs.
const ROUNDS: u32 = 2_000;
const LONG_ROUNDS: u32 = 100;
const RUNS: usize = 9;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder with `filter/` and `live-chat-twitch-2000.ndjson`.
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
}

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let data = Data::read(&options.data)?;
    let everything = data.languages();
    let configurations = [
        ("the default", English::Strict, &filter::bundle::DEFAULT_LANGUAGES[..]),
        ("English alone, strict", English::Strict, &[]),
        ("English alone, moderate", English::Moderate, &[]),
        ("our matcher, list `en`", English::Off, &["en"]),
        ("the default and every list", English::Strict, &everything),
    ];
    let mut rates =
        table(&["filter", "caught", "fine flagged", "clean words flagged", "chat flagged"]);
    let mut times = table(&["filter", "short text", "Chinese text", "chat line", "12 KiB"]);
    for (name, english, languages) in configurations {
        let rules = data.rules(english, languages)?;
        let flagged = |texts: &[String]| {
            let count = texts.iter().filter(|text| rules.screen(text, None) != Verdict::Clean);
            share(count.count(), texts.len())
        };
        let [bad, fine, clean, chat] =
            [&data.bad, &data.fine, &data.clean, &data.chat].map(|texts| flagged(texts));
        rates.add_row([name, &bad, &fine, &clean, &chat]);
        let long = "what a lovely bag, how much is it today? ".repeat(300);
        let [short, chinese, chat, long] = [
            time(&rules, &["love this bag, what size is it?".to_owned()], ROUNDS),
            time(&rules, &["这个多少钱，有货吗".to_owned()], ROUNDS),
            time(&rules, &data.chat, ROUNDS),
            time(&rules, &[long[..12_288].to_owned()], LONG_ROUNDS),
        ];
        times.add_row([name, &short, &chinese, &chat, &long]);
    }
    println!("{rates}\n\nµs for a text, median of {RUNS} runs:\n\n{times}");
    Ok(())
}

fn share(part: usize, all: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let percent = 100.0 * part as f64 / all as f64;
    format!("{percent:.2} % ({part} of {all})")
}

/// Microseconds for one of the texts.
fn time(rules: &Rules, texts: &[String], rounds: u32) -> String {
    let mut runs: Vec<f64> = (0..RUNS)
        .map(|_| {
            let begin = Instant::now();
            for text in texts.iter().cycle().take(rounds as usize) {
                black_box(rules.screen(black_box(text), None));
            }
            begin.elapsed().as_secs_f64() * 1e6 / f64::from(rounds)
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    format!("{:.1}", runs[RUNS / 2])
}

/// The files of test data.
struct Data {
    bad: Vec<String>,
    fine: Vec<String>,
    clean: Vec<String>,
    chat: Vec<String>,
    words: Value,
}

impl Data {
    fn read(folder: &Path) -> anyhow::Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).with_context(|| path.display().to_string())
        };
        let lines = |name: &str| -> anyhow::Result<Vec<Value>> {
            Ok(read(name)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
        };
        let text = |value: &Value| value["text"].as_str().unwrap_or_default().to_owned();
        let cases = lines("filter/cases.ndjson")?;
        let of = |bad: bool| cases.iter().filter(|case| case["bad"] == bad).map(text).collect();
        let chat = lines("live-chat-twitch-2000.ndjson")?;
        let chat = chat.iter().map(text).filter(|text| !text.is_empty()).collect();
        let clean = read("filter/false-positives.txt")?.lines().map(str::to_owned).collect();
        let words = serde_json::from_str(&read("filter/words-ldnoobw.json")?)?;
        Ok(Self { bad: of(true), fine: of(false), clean, chat, words })
    }

    /// As the file of words names them, which is not in all cases as the package does.
    fn languages(&self) -> Vec<&str> {
        self.words
            .as_object()
            .into_iter()
            .flatten()
            .map(|(language, _)| language.as_str())
            .collect()
    }

    fn rules(&self, english: English, languages: &[&str]) -> anyhow::Result<Rules> {
        let mut words: Vec<Arc<str>> = vec![];
        for language in languages {
            words.extend(filter::bundle::words(&self.words[language].to_string())?);
        }
        let defaults = Defaults::new(english, words, FilterAction::Replace)?;
        Ok(Rules::new(Arc::new(defaults), &WordLists::default(), None)?)
    }
}
