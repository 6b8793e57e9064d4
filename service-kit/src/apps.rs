//! The tenants that a process serves, and the keys that sign their tokens.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::AppId;
use serde::{Deserialize, Serialize};

use crate::auth::key::{AuthKey, AuthKeyConfig, InvalidKey};

/// One `[[apps]]` table of the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppConfig {
    /// The name of the tenant in paths and tokens.
    pub id: AppId,
    /// Keys that may sign tokens; several at once let a key be replaced without a pause.
    pub keys: Vec<AuthKeyConfig>,
}

/// All `[[apps]]` tables.
pub type AppsConfig = Vec<AppConfig>;

/// Why the list of apps cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidApps {
    /// Two tables with one id.
    #[error("app `{0}` is configured twice")]
    AppTwice(AppId),
    /// Nobody could sign in.
    #[error("app `{0}` has no keys")]
    NoKeys(AppId),
    /// Two keys with one id.
    #[error("app `{app}` has two keys with kid `{kid}`")]
    KeyTwice {
        /// The app.
        app: AppId,
        /// The id of the key.
        kid: String,
    },
    /// A key that cannot be used.
    #[error("key `{kid}` of app `{app}` cannot be used")]
    Key {
        /// The app.
        app: AppId,
        /// The id of the key.
        kid: String,
        /// What is wrong with it.
        source: InvalidKey,
    },
}

/// The apps of this process, looked up by id. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Apps(Arc<HashMap<AppId, App>>);

/// One tenant.
#[derive(Debug)]
pub struct App {
    id: AppId,
    keys: HashMap<String, AuthKey>,
}

impl Apps {
    /// Checks the whole list: ids and key ids are unique and every key is usable.
    pub fn try_new(configs: &[AppConfig]) -> Result<Self, InvalidApps> {
        let mut apps = HashMap::with_capacity(configs.len());
        for config in configs {
            let app = App::try_new(config)?;
            if apps.insert(config.id.clone(), app).is_some() {
                return Err(InvalidApps::AppTwice(config.id.clone()));
            }
        }
        Ok(Self(Arc::new(apps)))
    }

    /// The app with this id.
    pub fn get(&self, id: &AppId) -> Option<&App> {
        self.0.get(id)
    }

    /// The ids of all apps, in no order.
    pub fn ids(&self) -> impl Iterator<Item = &AppId> {
        self.0.keys()
    }
}

impl App {
    fn try_new(config: &AppConfig) -> Result<Self, InvalidApps> {
        let app = &config.id;
        if config.keys.is_empty() {
            return Err(InvalidApps::NoKeys(app.clone()));
        }
        let mut keys = HashMap::with_capacity(config.keys.len());
        for key_config in &config.keys {
            let kid = key_config.kid.clone();
            let key = AuthKey::try_new(key_config).map_err(|source| InvalidApps::Key {
                app: app.clone(),
                kid: kid.clone(),
                source,
            })?;
            if keys.insert(kid.clone(), key).is_some() {
                return Err(InvalidApps::KeyTwice { app: app.clone(), kid });
            }
        }
        Ok(Self { id: app.clone(), keys })
    }

    /// The name of the tenant.
    pub fn id(&self) -> &AppId {
        &self.id
    }

    pub(crate) fn key(&self, kid: &str) -> Option<&AuthKey> {
        self.keys.get(kid)
    }
}
