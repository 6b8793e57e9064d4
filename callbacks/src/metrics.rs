//! What the callbacks count. Names are listed in `docs/operations.md`.

use metrics::{counter, gauge};

use crate::config::EndpointConfig;

fn labels(endpoint: &EndpointConfig) -> [(&'static str, String); 2] {
    [("app", endpoint.app.to_string()), ("endpoint", endpoint.name.clone())]
}

/// An event was taken.
pub(crate) fn delivered(endpoint: &EndpointConfig) {
    counter!("callbacks_delivered_total", &labels(endpoint)).increment(1);
}

/// An attempt came to nothing.
pub(crate) fn failed(endpoint: &EndpointConfig, reason: &'static str) {
    let [app, name] = labels(endpoint);
    let labels = [app, name, ("reason", reason.to_owned())];
    counter!("callbacks_attempts_failed_total", &labels).increment(1);
}

/// An event will not be tried again.
pub(crate) fn set_aside(endpoint: &EndpointConfig) {
    counter!("callbacks_set_aside_total", &labels(endpoint)).increment(1);
}

/// Whether this instance calls the endpoint, and whether that one has said that it is gone.
pub(crate) fn serves(endpoint: &EndpointConfig, serves: bool, is_gone: bool) {
    gauge!("callbacks_serves", &labels(endpoint)).set(u8::from(serves));
    gauge!("callbacks_gone", &labels(endpoint)).set(u8::from(is_gone));
}

/// How much waits, and since when.
pub(crate) fn waiting(endpoint: &EndpointConfig, events: usize, oldest_ms: i64) {
    // Gauges are floating-point numbers; their limit is far away.
    #[expect(clippy::cast_precision_loss, reason = "see above")]
    let (events, seconds) = (events as f64, oldest_ms.max(0) as f64 / 1_000.0);
    gauge!("callbacks_events_in_hand", &labels(endpoint)).set(events);
    gauge!("callbacks_lag_seconds", &labels(endpoint)).set(seconds);
}
