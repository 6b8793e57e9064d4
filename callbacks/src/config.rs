//! `[callbacks]`: who is told what.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use domain::codec::is_event_type;
use domain::event::EventData;
use domain::ids::AppId;
use domain::registry::is_registry;
use nats::TailConfig;
use serde::{Deserialize, Serialize};
use service_kit::config::{OutOfRange, check_range};
use service_kit::http::HttpConfig;
use service_kit::webhook::{InvalidTarget, Target, TargetConfig};

/// All events.
const EVERYTHING: &str = "*";

/// How merchants' servers are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallbacksConfig {
    /// The listener, for probes, metrics and operators.
    pub http: HttpConfig,
    /// One `[[callbacks.endpoints]]` table for each.
    pub endpoints: Vec<EndpointConfig>,
    /// Events of one endpoint that are in hand: waiting, on their way, or done while an earlier one
    /// is not.
    pub window_events: usize,
    /// The first pause after an attempt that failed; it doubles with every further one. Half of each
    /// pause is chance.
    pub pause_ms: u64,
    /// The longest pause.
    pub pause_ms_max: u64,
    /// How long an event is tried while the endpoint does not answer, or cannot.
    pub give_up_after_s: u64,
    /// How often an event is tried that the endpoint refuses.
    pub refusals_max: u32,
    /// The newest events that were set aside, which are remembered.
    pub set_aside_kept: usize,
    /// How often a checkpoint that has moved is written.
    pub checkpoint_ms: u64,
    /// How often the instance that does renews the lease, which is gone after 3 s.
    pub lease_renew_ms: u64,
    /// Pause before an endpoint is tried again that another instance serves, or whose log is out of
    /// reach.
    pub retry_ms: u64,
    /// Stored bytes of the commits that are decoded ahead, for each endpoint.
    pub ahead_bytes: usize,
}

/// A merchant's server that is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointConfig {
    /// Of what.
    pub app: AppId,
    /// What it is called here; its checkpoint has this name. Of a-z, 0-9, `-` and `_`.
    pub name: String,
    /// Which events, by their types; `*` is all.
    pub events: BTreeSet<String>,
    /// Where it is, and what it knows us by.
    pub target: TargetConfig,
    /// How long an answer may take.
    #[serde(default = "defaults::timeout_ms")]
    pub timeout_ms: u64,
    /// Requests at a time.
    #[serde(default = "defaults::requests_max")]
    pub requests_max: usize,
    /// Whether a new endpoint is told everything since the log began, or what happens from now on.
    #[serde(default)]
    pub from_start: bool,
}

mod defaults {
    pub(super) fn timeout_ms() -> u64 {
        10_000
    }

    pub(super) fn requests_max() -> usize {
        8
    }
}

impl Default for CallbacksConfig {
    fn default() -> Self {
        Self {
            http: HttpConfig::default(),
            endpoints: Vec::new(),
            window_events: 1_000,
            pause_ms: 1_000,
            pause_ms_max: 60_000,
            give_up_after_s: 86_400,
            refusals_max: 5,
            set_aside_kept: 100,
            checkpoint_ms: 200,
            lease_renew_ms: 1_000,
            retry_ms: 500,
            ahead_bytes: 1 << 20,
        }
    }
}

/// Why the section cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCallbacks {
    /// A number outside its range.
    #[error("{0}")]
    OutOfRange(#[from] OutOfRange),
    /// Two endpoints would share a checkpoint.
    #[error("app `{app}` has two endpoints called `{name}`")]
    Twice {
        /// The app.
        app: AppId,
        /// The name.
        name: String,
    },
    /// A name that no key can hold.
    #[error("`{0}` is no name of an endpoint: it has 1 to 32 of a-z, 0-9, `-` and `_`")]
    Name(String),
    /// The registry's log has no events of rooms, and keys that are nobody's business.
    #[error("`{0}` is the registry, of which nobody is told")]
    Registry(AppId),
    /// There is no such type.
    #[error("endpoint `{name}` wants events `{event}`, and there are none")]
    Event {
        /// The endpoint.
        name: String,
        /// As it stands there.
        event: String,
    },
    /// The address, the secrets or the certificates.
    #[error("the target of endpoint `{name}` cannot be used")]
    Target {
        /// The endpoint.
        name: String,
        /// Why.
        #[source]
        source: InvalidTarget,
    },
}

impl CallbacksConfig {
    /// Checks the section, and makes a client for each endpoint.
    pub(crate) fn check(&self) -> Result<Vec<Target>, InvalidCallbacks> {
        check_range("callbacks.window_events", self.window_events, 1..=100_000)?;
        check_range("callbacks.pause_ms", self.pause_ms, 1..=self.pause_ms_max)?;
        check_range("callbacks.refusals_max", self.refusals_max, 1..=1_000)?;
        check_range("callbacks.set_aside_kept", self.set_aside_kept, 0..=1_000)?;
        check_range("callbacks.checkpoint_ms", self.checkpoint_ms, 10..=60_000)?;
        let mut names = HashSet::new();
        let mut targets = Vec::with_capacity(self.endpoints.len());
        for endpoint in &self.endpoints {
            targets.push(endpoint.check()?);
            let (app, name) = (&endpoint.app, &endpoint.name);
            if !names.insert((app, name)) {
                return Err(InvalidCallbacks::Twice { app: app.clone(), name: name.clone() });
            }
        }
        Ok(targets)
    }

    pub(crate) fn tail(&self) -> TailConfig {
        TailConfig { ahead_bytes: self.ahead_bytes, ..TailConfig::default() }
    }

    /// The pause after so many failed attempts: between half of it and all.
    pub(crate) fn pause(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(32);
        let pause_ms = self.pause_ms.saturating_mul(1 << doublings).min(self.pause_ms_max);
        Duration::from_millis(rand::random_range(pause_ms.div_ceil(2)..=pause_ms))
    }
}

impl EndpointConfig {
    fn check(&self) -> Result<Target, InvalidCallbacks> {
        let name = || self.name.clone();
        let is_plain =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        if !(1..=32).contains(&self.name.len()) || !self.name.bytes().all(is_plain) {
            return Err(InvalidCallbacks::Name(name()));
        }
        if is_registry(&self.app) {
            return Err(InvalidCallbacks::Registry(self.app.clone()));
        }
        let unknown = |event: &&String| *event != EVERYTHING && !is_event_type(event);
        if let Some(event) = self.events.iter().find(unknown) {
            return Err(InvalidCallbacks::Event { name: name(), event: event.clone() });
        }
        check_range("callbacks.endpoints.timeout_ms", self.timeout_ms, 10..=60_000)?;
        check_range("callbacks.endpoints.requests_max", self.requests_max, 1..=1_000)?;
        let target = Target::try_new(&self.target);
        target.map_err(|source| InvalidCallbacks::Target { name: name(), source })
    }

    /// Whether it is told of this.
    pub(crate) fn wants(&self, data: &EventData) -> bool {
        self.events.contains(data.type_name()) || self.events.contains(EVERYTHING)
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

#[cfg(test)]
mod tests {
    use service_kit::config::Secret;

    use super::*;

    fn endpoint() -> EndpointConfig {
        let target = r#"
            url = "http://127.0.0.1:8/hook"
            secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]"#;
        EndpointConfig {
            app: "shop".parse().unwrap(),
            name: "orders".to_owned(),
            events: ["gift_sent".to_owned()].into(),
            target: serde_json::from_value(toml_to_json(target)).unwrap(),
            timeout_ms: 10_000,
            requests_max: 8,
            from_start: false,
        }
    }

    fn toml_to_json(text: &str) -> serde_json::Value {
        let pairs = text.lines().filter_map(|line| line.trim().split_once(" = "));
        pairs
            .map(|(key, value)| (key.to_owned(), serde_json::from_str(value).unwrap()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn check(endpoints: Vec<EndpointConfig>) -> Result<usize, String> {
        let config = CallbacksConfig { endpoints, ..CallbacksConfig::default() };
        config.check().map(|targets| targets.len()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_endpoint_that_could_not_be_told_is_refused() {
        assert_eq!(check(vec![endpoint()]), Ok(1));
        let named = |name: &str| EndpointConfig { name: name.to_owned(), ..endpoint() };
        assert_eq!(check(vec![endpoint(), named(&"n".repeat(32))]), Ok(2));
        let wants =
            |event: &str| EndpointConfig { events: [event.to_owned()].into(), ..endpoint() };
        assert_eq!(check(vec![wants("*")]), Ok(1));
        let secrets = vec![Secret::new("token".to_owned())];
        let unsigned =
            EndpointConfig { target: TargetConfig { secrets, ..endpoint().target }, ..endpoint() };
        let registry = EndpointConfig { app: "matinee".parse().unwrap(), ..endpoint() };
        let bad = [
            (vec![endpoint(), endpoint()], "two endpoints"),
            (vec![named("")], "no name"),
            (vec![named(&"n".repeat(33))], "no name"),
            (vec![named("a.b")], "no name"),
            (vec![wants("gift_snet")], "`gift_snet`"),
            (vec![unsigned], "target"),
            (vec![registry], "registry"),
            (vec![EndpointConfig { requests_max: 0, ..endpoint() }], "requests_max"),
        ];
        for (endpoints, word) in bad {
            let error = check(endpoints).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn pauses_double_to_a_limit_and_are_half_chance() {
        let config = CallbacksConfig { pause_ms: 100, pause_ms_max: 1_000, ..Default::default() };
        for (failures, longest) in [(1, 100), (2, 200), (4, 800), (5, 1_000), (u32::MAX, 1_000)] {
            let pause = config.pause(failures).as_millis();
            assert!((longest / 2..=longest).contains(&pause), "{failures}: {pause}");
        }
    }
}
