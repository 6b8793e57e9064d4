//! One tenant: its keys.

use std::collections::HashMap;

use domain::ids::{AppId, LogSeq};

use super::InvalidApps;
use crate::auth::key::{AuthKey, AuthKeyConfig};

/// One tenant.
#[derive(Debug)]
pub struct App {
    id: AppId,
    keys: HashMap<String, AuthKey>,
    /// Where in the registry's log its keys were last changed; 0 for an app of the configuration.
    keys_since: LogSeq,
}

impl App {
    /// An app whose keys are all usable.
    pub(super) fn configured(id: &AppId, configs: &[AuthKeyConfig]) -> Result<Self, InvalidApps> {
        if configs.is_empty() {
            return Err(InvalidApps::NoKeys(id.clone()));
        }
        let mut keys = HashMap::with_capacity(configs.len());
        for key_config in configs {
            let kid = key_config.kid.clone();
            let key = AuthKey::try_new(key_config).map_err(|source| InvalidApps::Key {
                app: id.clone(),
                kid: kid.clone(),
                source,
            })?;
            if keys.insert(kid.clone(), key).is_some() {
                return Err(InvalidApps::KeyTwice { app: id.clone(), kid });
            }
        }
        Ok(Self::new(id.clone(), keys, LogSeq::default()))
    }

    pub(super) fn new(id: AppId, keys: HashMap<String, AuthKey>, keys_since: LogSeq) -> Self {
        Self { id, keys, keys_since }
    }

    /// The name of the tenant.
    pub fn id(&self) -> &AppId {
        &self.id
    }

    pub(crate) fn key(&self, kid: &str) -> Option<&AuthKey> {
        self.keys.get(kid)
    }

    /// Tells apart tokens that were believed with the keys of another time.
    pub(crate) fn keys_since(&self) -> LogSeq {
        self.keys_since
    }
}
