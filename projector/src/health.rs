//! How the projections of a process are doing, for `/readyz`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::AppId;

/// Shared with whoever answers `/readyz`. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<BTreeMap<AppId, State>>>);

/// How one app's projection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Not at its checkpoint yet.
    Starting,
    /// Reading and writing.
    Following,
    /// A neighbour is away; it goes on by itself.
    Waiting,
    /// It needs a person.
    Stopped,
}

impl Health {
    /// What is missing: `postgres` while a projection waits, `projection` when one has stopped.
    /// Empty when every app is followed.
    pub fn missing(&self) -> Vec<&'static str> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has = |state| states.values().any(|found| *found == state);
        let mut missing = vec![];
        if has(State::Waiting) || has(State::Starting) {
            missing.push("postgres");
        }
        if has(State::Stopped) {
            missing.push("projection");
        }
        missing
    }

    /// The app is gone.
    pub(crate) fn forget(&self, app: &AppId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(app);
    }

    pub(crate) fn set(&self, app: &AppId, state: State) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.insert(app.clone(), state);
    }
}
