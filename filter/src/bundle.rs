//! The lists of the npm package `naughty-words`, one JSON array for each language, as its files have
//! them. Reading the files is the caller's business.

use std::sync::Arc;

/// The languages of the package.
pub const LANGUAGES: [&str; 28] = [
    "ar", "cs", "da", "de", "en", "eo", "es", "fa", "fi", "fil", "fr", "fr-CA", "hi", "hu", "it",
    "ja", "kab", "ko", "nl", "no", "pl", "pt", "ru", "sv", "th", "tlh", "tr", "zh",
];

/// The words of one language.
pub fn words(json: &str) -> Result<Vec<Arc<str>>, serde_json::Error> {
    let words: Vec<String> = serde_json::from_str(json)?;
    Ok(words.into_iter().map(Arc::from).collect())
}

/// Those that are used unless the configuration says otherwise: scripts in which no English word can
/// be written. A word of another Latin-written language is often an ordinary one in English.
pub const DEFAULT_LANGUAGES: [&str; 8] = ["ar", "fa", "hi", "ja", "ko", "ru", "th", "zh"];
