//! The `[signer]` section: the listener, where to ask for owners, and each app's domains and keys.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::AppId;
use serde::{Deserialize, Serialize};
use service_kit::config::{OutOfRange, Secret, check_range};
use service_kit::http::HttpConfig;

use crate::scheme::{Scheme, ivs_jwt};

/// Longest key (LVB/32735).
const KEY_CHARS_MAX: usize = 256;

/// Shortest and longest life of a URL in seconds.
const TTL_S_MIN: u32 = 60;
const TTL_S_MAX: u32 = 30 * 86_400;

/// The `[signer]` section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignerConfig {
    /// The listener.
    pub http: HttpConfig,
    /// Who knows the owners of rooms.
    pub query: QueryConfig,
    /// What media servers call.
    pub callbacks: CallbacksConfig,
    /// One `[[signer.apps]]` table for each app that has streams.
    pub apps: Vec<StreamApp>,
}

/// The `[signer.query]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueryConfig {
    /// Where the query service listens: `http://host:port`.
    pub url: String,
    /// How long its answer may take.
    pub timeout_ms: u64,
    /// How large it may be.
    pub answer_bytes_max: usize,
}

/// The `[signer.callbacks]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallbacksConfig {
    /// How large a call may be.
    pub body_bytes_max: usize,
    /// Time for the app's sequencer to take a report, below what media servers wait.
    pub report_timeout_ms: u64,
}

impl Default for CallbacksConfig {
    fn default() -> Self {
        Self { body_bytes_max: 16_384, report_timeout_ms: 5_000 }
    }
}

impl Default for QueryConfig {
    fn default() -> Self {
        Self {
            url: "http://127.0.0.1:7320".to_owned(),
            timeout_ms: 2_000,
            answer_bytes_max: 4 * 1_024 * 1_024,
        }
    }
}

/// One `[[signer.apps]]` table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamApp {
    /// The app.
    pub app: AppId,
    /// How its URLs are signed.
    #[serde(default)]
    pub scheme: Scheme,
    /// Where hosts push to. Must differ from `play_domain` at a CDN; not for `ivs-jwt`.
    #[serde(default)]
    pub push_domain: String,
    /// Where viewers play from.
    pub play_domain: String,
    /// The first part of a stream's path.
    #[serde(default = "defaults::app_name")]
    pub app_name: String,
    /// Signs push URLs; not for `ivs-jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push_key: Option<Secret<String>>,
    /// Accepted beside `push_key`, so that keys can be replaced without a pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push_key_backup: Option<Secret<String>>,
    /// Signs play URLs; without it they are open, as is the CDN's default. For `ivs-jwt` a private key
    /// as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play_key: Option<Secret<String>>,
    /// Accepted beside `play_key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play_key_backup: Option<Secret<String>>,
    /// For `ivs-jwt`: the one channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_arn: Option<String>,
    /// Signs the notifications of Tencent's live streaming; without it they are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_key: Option<Secret<String>>,
    /// How long a push URL is good. Too short, and a host who lost the network cannot come back.
    #[serde(default = "defaults::push_ttl_s")]
    pub push_ttl_s: u32,
    /// How long play URLs are good.
    #[serde(default = "defaults::play_ttl_s")]
    pub play_ttl_s: u32,
    /// The validity that is configured at the CDN for push URLs, where it adds one to their time.
    #[serde(default)]
    pub push_validity_s: u32,
    /// The same for play URLs.
    #[serde(default)]
    pub play_validity_s: u32,
    /// Whether to play by https.
    #[serde(default = "defaults::yes")]
    pub play_https: bool,
    /// Whether to offer WebRTC for pushing, where the scheme has it.
    #[serde(default = "defaults::yes")]
    pub push_webrtc: bool,
    /// Whether to offer SRT for pushing, where the scheme has it.
    #[serde(default = "defaults::yes")]
    pub push_srt: bool,
}

mod defaults {
    pub(super) fn app_name() -> String {
        "live".to_owned()
    }

    pub(super) fn push_ttl_s() -> u32 {
        86_400
    }

    pub(super) fn play_ttl_s() -> u32 {
        14_400
    }

    pub(super) fn yes() -> bool {
        true
    }
}

/// Why the section cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSigner {
    /// A number outside its range.
    #[error("{0}")]
    OutOfRange(OutOfRange),
    /// Two tables for one app.
    #[error("`signer.apps` has `{0}` twice")]
    AppTwice(AppId),
    /// A value that no URL can hold, or that the CDN would not take.
    #[error("`{key}` of `{app}` {rule}")]
    Value {
        /// The app.
        app: AppId,
        /// The key of the configuration.
        key: &'static str,
        /// What it must be.
        rule: &'static str,
    },
}

/// The apps that have streams. Cheap to clone.
#[derive(Debug, Clone)]
pub struct StreamApps(Arc<HashMap<AppId, StreamApp>>);

impl StreamApps {
    /// Checks the section.
    pub fn try_new(config: &SignerConfig) -> Result<Self, InvalidSigner> {
        let query = &config.query;
        check_range("signer.query.timeout_ms", query.timeout_ms, 10..=60_000)
            .and_then(|()| {
                let range = 1_024..=64 * 1_024 * 1_024;
                check_range("signer.query.answer_bytes_max", query.answer_bytes_max, range)
            })
            .and_then(|()| {
                let bytes = config.callbacks.body_bytes_max;
                check_range("signer.callbacks.body_bytes_max", bytes, 1_024..=1_048_576)
            })
            .and_then(|()| {
                let ms = config.callbacks.report_timeout_ms;
                check_range("signer.callbacks.report_timeout_ms", ms, 10..=20_000)
            })
            .map_err(InvalidSigner::OutOfRange)?;
        let mut apps = HashMap::with_capacity(config.apps.len());
        for app in &config.apps {
            app.check()?;
            if apps.insert(app.app.clone(), app.clone()).is_some() {
                return Err(InvalidSigner::AppTwice(app.app.clone()));
            }
        }
        Ok(Self(Arc::new(apps)))
    }

    /// The domains and keys of an app.
    pub fn get(&self, app: &AppId) -> Option<&StreamApp> {
        self.0.get(app)
    }
}

impl StreamApp {
    /// The keys of push URLs: the one that signs, and the one that is still accepted.
    pub fn push_keys(&self) -> Vec<&str> {
        both(self.push_key.as_ref(), self.push_key_backup.as_ref())
    }

    /// The keys of play URLs; without any they are open.
    pub fn play_keys(&self) -> Vec<&str> {
        both(self.play_key.as_ref(), self.play_key_backup.as_ref())
    }

    fn check(&self) -> Result<(), InvalidSigner> {
        let valid = |fits: bool, key, rule| {
            let invalid = || InvalidSigner::Value { app: self.app.clone(), key, rule };
            fits.then_some(()).ok_or_else(invalid)
        };
        let scheme = self.scheme;
        let (self_hosted, pushes) = (scheme.is_self_hosted(), scheme != Scheme::IvsJwt);
        let is_host = |text: &str| is_domain(text) || self_hosted && is_domain_with_port(text);
        let host = "must be the name of a host";
        valid(is_host(&self.play_domain), "play_domain", host)?;
        if pushes {
            valid(is_host(&self.push_domain), "push_domain", host)?;
            let differ = !self.push_domain.eq_ignore_ascii_case(&self.play_domain);
            valid(differ || self_hosted, "play_domain", "must differ from `push_domain`")?;
            valid(self.push_key.is_some(), "push_key", "must be there")?;
            valid(self.channel_arn.is_none(), "channel_arn", "is for `ivs-jwt` alone")?;
        } else {
            let none = self.push_domain.is_empty() && self.push_keys().is_empty();
            valid(
                none,
                "push_key",
                "and `push_domain` are not for `ivs-jwt`, which is for playing",
            )?;
            let channel = self.channel_arn.as_deref().and_then(ivs_jwt::path);
            valid(channel.is_some(), "channel_arn", "must be the ARN of a channel")?;
            let rule = "must be the PEM of a P-384 key, PKCS#8";
            let key = self.play_key.as_ref().and_then(|key| ivs_jwt::key(key.expose()));
            valid(key.is_some(), "play_key", rule)?;
            let fits = self.play_ttl_s <= ivs_jwt::TTL_S_MAX;
            valid(fits, "play_ttl_s", "must be at most 600 for `ivs-jwt`")?;
        }
        let plain =
            !self.app_name.is_empty() && self.app_name.bytes().all(|b| b.is_ascii_alphanumeric());
        valid(plain, "app_name", "must have letters and digits only")?;
        // Open play URLs are what this scheme is for here; how signed ones look is not known.
        let open = scheme != Scheme::VolcB || self.play_keys().is_empty();
        valid(open, "play_key", "is not for `volc-b`, which is for pushing")?;
        let keys = [
            ("push_key", &self.push_key),
            ("push_key_backup", &self.push_key_backup),
            ("play_key", &self.play_key),
            ("play_key_backup", &self.play_key_backup),
            ("callback_key", &self.callback_key),
        ];
        for (key, secret) in keys.into_iter().filter(|_| pushes) {
            let fits = secret.as_ref().is_none_or(|secret| is_key(secret.expose()));
            valid(fits, key, "must have 1 to 256 letters and digits")?;
        }
        let validities = [
            ("push_validity_s", self.push_validity_s, pushes),
            ("play_validity_s", self.play_validity_s, self.play_key.is_some()),
        ];
        for (key, validity_s, signed) in validities {
            let fits = scheme.adds_validity() || validity_s == 0;
            valid(fits, key, "must be 0: the scheme has the time of expiry in the URL")?;
            let fits = scheme != Scheme::HuaweiA || !signed || TTL_S_MIN <= validity_s;
            valid(fits, key, "must be what is configured there, at least 60")?;
        }
        self.check_lifetimes().map_err(InvalidSigner::OutOfRange)
    }

    fn check_lifetimes(&self) -> Result<(), OutOfRange> {
        check_range("push_ttl_s", self.push_ttl_s, TTL_S_MIN..=TTL_S_MAX)?;
        check_range("play_ttl_s", self.play_ttl_s, TTL_S_MIN..=TTL_S_MAX)?;
        check_range("push_validity_s", self.push_validity_s, 0..=TTL_S_MAX)?;
        check_range("play_validity_s", self.play_validity_s, 0..=TTL_S_MAX)
    }

    /// An app whose domains and keys are still to be set, for tests.
    #[cfg(test)]
    pub(crate) fn named(app: AppId) -> Self {
        Self {
            app,
            scheme: Scheme::Tencent,
            push_domain: "push.example.com".to_owned(),
            play_domain: "play.example.com".to_owned(),
            app_name: defaults::app_name(),
            push_key: Some(Secret::new("pushkey".to_owned())),
            push_key_backup: None,
            play_key: None,
            play_key_backup: None,
            channel_arn: None,
            callback_key: None,
            push_ttl_s: defaults::push_ttl_s(),
            play_ttl_s: defaults::play_ttl_s(),
            push_validity_s: 0,
            play_validity_s: 0,
            play_https: true,
            push_webrtc: true,
            push_srt: true,
        }
    }
}

fn both<'a>(
    primary: Option<&'a Secret<String>>,
    backup: Option<&'a Secret<String>>,
) -> Vec<&'a str> {
    primary.into_iter().chain(backup).map(|secret| secret.expose().as_str()).collect()
}

/// As servers of one's own have it, in a test or behind a router.
fn is_domain_with_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(domain, port)| {
        is_domain(domain) && !port.starts_with('+') && port.parse::<u16>().is_ok()
    })
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_key(text: &str) -> bool {
    (1..=KEY_CHARS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
