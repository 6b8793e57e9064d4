//! One tenant: its keys, and how it knows users by their `UserSig`.

use std::collections::HashMap;

use domain::ids::{AppId, LogSeq};

use super::InvalidApps;
use crate::auth::key::{AuthKey, AuthKeyConfig, KeyAlgorithm};
use crate::auth::usersig::UserSigConfig;

/// One tenant.
#[derive(Debug)]
pub struct App {
    id: AppId,
    keys: HashMap<String, AuthKey>,
    /// Nothing if it has none of the keys that this is for.
    usersig: Option<UserSigConfig>,
    /// Where in the registry's log its keys were last changed; 0 for an app of the configuration.
    keys_since: LogSeq,
}

impl App {
    /// An app whose keys are all usable.
    pub(super) fn configured(
        id: &AppId,
        configs: &[AuthKeyConfig],
        usersig: Option<&UserSigConfig>,
    ) -> Result<Self, InvalidApps> {
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
        if usersig.is_some() != keys.values().any(is_for_usersigs) {
            return Err(InvalidApps::UserSig(id.clone()));
        }
        Ok(Self::new(id.clone(), keys, usersig.cloned(), LogSeq::default()))
    }

    pub(super) fn new(
        id: AppId,
        keys: HashMap<String, AuthKey>,
        usersig: Option<UserSigConfig>,
        keys_since: LogSeq,
    ) -> Self {
        Self { id, keys, usersig, keys_since }
    }

    /// The name of the tenant.
    pub fn id(&self) -> &AppId {
        &self.id
    }

    /// The key of that name that signs JWTs.
    pub(crate) fn key(&self, kid: &str) -> Option<&AuthKey> {
        self.keys.get(kid).filter(|key| !is_for_usersigs(key))
    }

    /// The keys that sign `UserSig`s, which do not say which of them did.
    pub(crate) fn usersig_keys(&self) -> Vec<&AuthKey> {
        self.keys.values().filter(|key| is_for_usersigs(key)).collect()
    }

    pub(crate) fn usersig(&self) -> Option<&UserSigConfig> {
        self.usersig.as_ref()
    }

    /// Tells apart tokens that were believed with the keys of another time.
    pub(crate) fn keys_since(&self) -> LogSeq {
        self.keys_since
    }
}

fn is_for_usersigs(key: &AuthKey) -> bool {
    key.alg == KeyAlgorithm::UserSig
}
