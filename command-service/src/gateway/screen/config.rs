//! The numbers of the content filter.

use std::path::PathBuf;

use domain::word_list::FilterAction;
use serde::{Deserialize, Serialize};

/// `[command.filter]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FilterConfig {
    /// Whether texts are screened at all, with the apps' own lists too.
    pub enabled: bool,
    /// How strict the built-in English list is.
    pub english: Strictness,
    /// Languages whose installed lists are used.
    pub languages: Vec<String>,
    /// Where `make setup` puts the lists, one `<language>.json` each.
    pub lists_dir: PathBuf,
    /// What the built-in and the installed lists do.
    pub default_action: FilterAction,
    /// Whether what an admin says in their own name is left alone.
    pub exempt_admins: bool,
    /// Members of a custom message's JSON whose texts are screened; `*` means every text in it.
    pub custom_json_keys: Vec<String>,
    /// How long a command waits for the lists of an app that nobody has asked for yet: a change of
    /// leader included.
    pub lists_wait_ms: u64,
    /// How long the leader holds a question for new lists before it answers that there are none.
    pub hold_ms: u64,
    /// Pause before the next question while nobody answers.
    pub retry_ms: u64,
    /// Bytes of texts that are screened on the spot; more are given a thread of their own.
    pub inline_bytes_max: usize,
}

/// How strict the built-in English list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// Not used.
    Off,
    /// Words that are bad in any company.
    Moderate,
    /// Also mild ones.
    Strict,
}

impl Default for FilterConfig {
    fn default() -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            enabled: true,
            english: Strictness::Strict,
            languages: texts(&filter::bundle::DEFAULT_LANGUAGES),
            lists_dir: ".matinee/word-lists".into(),
            default_action: FilterAction::Replace,
            exempt_admins: true,
            custom_json_keys: texts(&[
                "text",
                "content",
                "message",
                "msg",
                "title",
                "desc",
                "description",
                "nick",
                "name",
            ]),
            lists_wait_ms: 8_000,
            hold_ms: 800,
            retry_ms: 200,
            inline_bytes_max: 2_048,
        }
    }
}
