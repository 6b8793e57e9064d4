//! The apps that a process serves, and the keys that sign their tokens.
//!
//! Those of the configuration are there from the start to the end; those of the registry come and
//! go ([`registered`]), and their secrets are not stored but [derived](derive). Whoever follows the
//! registry's log calls [`Apps::show`]; whoever must do something about it listens to
//! [`Apps::registered`].

mod app;
mod derive;
pub mod registered;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{AppId, LogSeq};
use domain::registry::is_registry;
use domain::registry::key::AppKey;
use domain::registry::state::Registry;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub use self::app::App;
use self::derive::InstallationSecret;
use self::registered::Registered;
use crate::auth::AuthError;
use crate::auth::key::{AuthKeyConfig, InvalidKey, SECRET_BYTES_MIN};
use crate::auth::usersig::UserSigConfig;
use crate::config::Secret;

/// One `[[apps]]` table of the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppConfig {
    /// The name of the tenant in paths and tokens.
    pub id: AppId,
    /// Keys that may sign tokens; several at once let a key be replaced without a pause.
    pub keys: Vec<AuthKeyConfig>,
    /// For an app with keys that sign `UserSig`s, and for no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usersig: Option<UserSigConfig>,
}

impl AppConfig {
    /// An app whose users bring JWTs.
    pub fn new(id: AppId, keys: Vec<AuthKeyConfig>) -> Self {
        Self { id, keys, usersig: None }
    }
}

/// All `[[apps]]` tables.
pub type AppsConfig = Vec<AppConfig>;

/// The `[registry]` section: apps that are created while everything runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistryConfig {
    /// Keys that sign the operators' tokens. Without any there are no apps but those of the
    /// configuration.
    pub keys: Vec<AuthKeyConfig>,
    /// The secret from which the secrets of the apps' HS256 and `UserSig` keys are derived; at least 32
    /// bytes. Without it apps have Ed25519 keys only. Another one is another secret for every app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret<String>>,
}

/// Why the list of apps cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidApps {
    /// Two tables with one id.
    #[error("app `{0}` is configured twice")]
    AppTwice(AppId),
    /// The registry is no tenant.
    #[error("no app may be called `{0}`, which is the registry")]
    Reserved(AppId),
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
    /// Either is of no use without the other.
    #[error("app `{0}` needs both `usersig` and a key with alg `UserSig`, or neither")]
    UserSig(AppId),
    /// A secret that can be guessed.
    #[error("`registry.secret` has {0} bytes, it must have at least {SECRET_BYTES_MIN}")]
    SecretTooShort(usize),
}

/// The apps of this process, looked up by id. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Apps(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    configured: HashMap<AppId, Arc<App>>,
    /// The registry's own app, whose admins are the operators.
    registry: Option<Arc<App>>,
    secret: Option<InstallationSecret>,
    registered: watch::Sender<Registered>,
}

impl Apps {
    /// The apps of the configuration and no others.
    pub fn try_new(configs: &[AppConfig]) -> Result<Self, InvalidApps> {
        Self::with_registry(configs, &RegistryConfig::default())
    }

    /// Checks the whole list: ids and key ids are unique and every key is usable.
    pub fn with_registry(
        configs: &[AppConfig],
        registry: &RegistryConfig,
    ) -> Result<Self, InvalidApps> {
        let mut configured = HashMap::with_capacity(configs.len());
        for AppConfig { id, keys, usersig } in configs {
            if is_registry(id) {
                return Err(InvalidApps::Reserved(id.clone()));
            }
            let app = Arc::new(App::configured(id, keys, usersig.as_ref())?);
            if configured.insert(id.clone(), app).is_some() {
                return Err(InvalidApps::AppTwice(id.clone()));
            }
        }
        let secret = registry.secret.as_ref().map(InstallationSecret::try_new).transpose()?;
        let keys = &registry.keys;
        let registry = (!keys.is_empty())
            .then(|| App::configured(&domain::registry::registry_id(), keys, None).map(Arc::new))
            .transpose()?;
        let registered = watch::Sender::new(Registered::default());
        Ok(Self(Arc::new(Shared { configured, registry, secret, registered })))
    }

    /// The app that a request is for, or why it is not served now.
    pub fn served(&self, id: &AppId, now: Timestamp) -> Result<Arc<App>, AuthError> {
        if let Some(app) = self.0.configured.get(id) {
            return Ok(app.clone());
        }
        self.0.registered.borrow().served(id, now)
    }

    /// The ids of the apps of the configuration, in no order.
    pub fn configured_ids(&self) -> impl Iterator<Item = &AppId> {
        self.0.configured.keys()
    }

    /// Whether an app of the configuration has this id.
    pub fn is_configured(&self, id: &AppId) -> bool {
        self.0.configured.contains_key(id)
    }

    /// The app whose admins are the operators; nothing if nobody can sign in to it.
    pub fn registry(&self) -> Option<&Arc<App>> {
        self.0.registry.as_ref()
    }

    /// Whether keys with a shared secret can be had.
    pub fn derives_secrets(&self) -> bool {
        self.0.secret.is_some()
    }

    /// The secret of a key, to be shown to the operator who asked for it.
    pub fn derived_secret(&self, app: &AppId, key: &AppKey) -> Option<Secret<String>> {
        self.0.secret.as_ref()?.derive(app, key)
    }

    /// The registry as this process knows it, and its changes.
    pub fn registered(&self) -> watch::Receiver<Registered> {
        self.0.registered.subscribe()
    }

    /// Takes over what the registry's log says up to a place.
    pub fn show(&self, registry: &Registry, log_seq: LogSeq) {
        let Shared { configured, secret, registered, .. } = &*self.0;
        registered.send_modify(|registered| {
            registered.show(registry, log_seq, secret.as_ref());
            for id in registered.apps().filter(|id| configured.contains_key(*id)) {
                tracing::error!(app.id = %id, "configured and in the registry: the configuration counts");
            }
        });
    }

    /// Waits until this process knows the registry up to a place, but not longer than `wait`.
    pub async fn reached(&self, log_seq: LogSeq, wait: Duration) -> bool {
        let mut registered = self.registered();
        let reached = registered.wait_for(|registered| log_seq <= registered.log_seq());
        matches!(tokio::time::timeout(wait, reached).await, Ok(Ok(_)))
    }
}
