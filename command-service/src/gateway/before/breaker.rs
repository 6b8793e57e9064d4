//! Leaves a server alone for a while that has failed several times in a row: otherwise every command
//! would wait for its timeout.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Counts failures in a row.
#[derive(Debug)]
pub(super) struct Breaker {
    failures_max: u32,
    rest: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when it is left alone.
    rests_until: Option<Instant>,
}

impl Breaker {
    pub(super) fn new(failures_max: u32, rest: Duration) -> Self {
        Self { failures_max, rest, state: Mutex::default() }
    }

    /// Whether the server may be asked. After a rest one command finds out, and those beside it go
    /// without.
    pub(super) fn lets_through(&self, now: Instant) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.rests_until.is_some_and(|until| now < until) {
            return false;
        }
        if self.failures_max <= state.failures {
            state.rests_until = Some(now + self.rest);
        }
        true
    }

    pub(super) fn succeeded(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    pub(super) fn failed(&self, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        if self.failures_max <= state.failures {
            state.rests_until = Some(now + self.rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_after_so_many_failures_in_a_row_and_then_one_tries() {
        let (begin, rest) = (Instant::now(), Duration::from_secs(5));
        let breaker = Breaker::new(3, rest);
        breaker.failed(begin);
        breaker.failed(begin);
        breaker.succeeded();
        breaker.failed(begin);
        breaker.failed(begin);
        assert!(breaker.lets_through(begin), "not in a row");
        breaker.failed(begin);
        assert!(!breaker.lets_through(begin));
        assert!(!breaker.lets_through(begin + rest - Duration::from_millis(1)));
        assert!(breaker.lets_through(begin + rest), "one finds out");
        assert!(!breaker.lets_through(begin + rest), "the others wait for it");
        breaker.succeeded();
        assert!(breaker.lets_through(begin + rest));
    }
}
