//! How many replays an app may have at the same time: each reads history that nobody else may want.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::ids::AppId;

use crate::hub::lock::lock;

/// The replays of this process, by app.
#[derive(Debug)]
pub(crate) struct Places {
    max: usize,
    taken: Mutex<HashMap<AppId, usize>>,
}

/// A place that is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    places: Arc<Places>,
    app: AppId,
}

impl Places {
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, taken: Mutex::default() })
    }

    /// Nothing if the app has as many as it may.
    pub(crate) fn take(self: &Arc<Self>, app: &AppId) -> Option<Taken> {
        let mut taken = lock(&self.taken);
        let count = taken.get(app).copied().unwrap_or_default();
        if self.max <= count {
            return None;
        }
        taken.insert(app.clone(), count + 1);
        Some(Taken { places: Arc::clone(self), app: app.clone() })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut taken = lock(&self.places.taken);
        match taken.get(&self.app).copied() {
            Some(2..) => {
                if let Some(count) = taken.get_mut(&self.app) {
                    *count -= 1;
                }
            }
            // An app without replays leaves nothing behind.
            Some(_) | None => {
                taken.remove(&self.app);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_has_so_many_places_and_gets_them_back() {
        let places = Places::new(2);
        let (shop, other): (AppId, AppId) = ("shop".parse().unwrap(), "other".parse().unwrap());
        let one = places.take(&shop).unwrap();
        let two = places.take(&shop).unwrap();
        assert!(places.take(&shop).is_none());
        let elsewhere = places.take(&other).unwrap();
        drop(one);
        let three = places.take(&shop).unwrap();
        drop((two, three, elsewhere));
        assert!(lock(&places.taken).is_empty());
    }
}
