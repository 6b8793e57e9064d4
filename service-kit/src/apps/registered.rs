//! The apps of the registry, as one process knows them at one place of the registry's log.

use std::collections::HashMap;
use std::sync::Arc;

use domain::ids::{AppId, LogSeq};
use domain::registry::state::{AppStatus, RegisteredApp, Registry};
use domain::timestamp::Timestamp;

use super::app::App;
use super::derive::{InstallationSecret, key_config};
use crate::auth::AuthError;
use crate::auth::key::AuthKey;
use crate::auth::usersig::UserSigConfig;

/// What the registry said last.
#[derive(Debug, Default)]
pub struct Registered {
    registry: Registry,
    log_seq: LogSeq,
    /// Those that are there, ready to verify tokens.
    apps: HashMap<AppId, Arc<App>>,
}

impl Registered {
    /// Up to where the registry is known.
    pub fn log_seq(&self) -> LogSeq {
        self.log_seq
    }

    /// Everything that it says.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The apps that are there, served or not.
    pub fn apps(&self) -> impl Iterator<Item = &AppId> {
        self.registry.apps.keys()
    }

    /// The apps that are gone, and of which nothing may remain.
    pub fn deleted(&self) -> impl Iterator<Item = &AppId> {
        self.registry.deleted.keys()
    }

    /// Whether the app is there and may be used now.
    pub fn is_served(&self, id: &AppId, now: Timestamp) -> bool {
        self.registry.apps.get(id).is_some_and(|app| closed(app, now).is_none())
    }

    /// The next moment at which an app expires.
    pub fn next_expiry(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = self.registry.apps.values().filter_map(|app| app.expires_at);
        ends.filter(|end| now < *end).min()
    }

    pub(super) fn served(&self, id: &AppId, now: Timestamp) -> Result<Arc<App>, AuthError> {
        let Some(app) = self.registry.apps.get(id) else {
            let deleted = self.registry.deleted.contains_key(id);
            return Err(if deleted { AuthError::AppDeleted } else { AuthError::AppNotFound });
        };
        match closed(app, now) {
            Some(error) => Err(error),
            None => self.apps.get(id).cloned().ok_or(AuthError::AppNotFound),
        }
    }

    pub(super) fn show(
        &mut self,
        registry: &Registry,
        log_seq: LogSeq,
        secret: Option<&InstallationSecret>,
    ) {
        self.log_seq = log_seq;
        if self.registry == *registry {
            return;
        }
        let before = std::mem::replace(&mut self.registry, registry.clone());
        let mut known = std::mem::take(&mut self.apps);
        for (id, app) in &registry.apps {
            let same = before.apps.get(id).is_some_and(|before| before.keys == app.keys);
            let kept = known.remove(id).filter(|_| same);
            let app = kept.unwrap_or_else(|| Arc::new(with_keys(id, app, log_seq, secret)));
            self.apps.insert(id.clone(), app);
        }
    }
}

/// Why an app that is there is not served.
fn closed(app: &RegisteredApp, now: Timestamp) -> Option<AuthError> {
    match app.status {
        AppStatus::Disabled => Some(AuthError::AppDisabled),
        AppStatus::Active => {
            app.expires_at.is_some_and(|end| end <= now).then_some(AuthError::AppExpired)
        }
    }
}

/// A key that cannot be used here is left out: its tokens are refused, those of the others are not.
fn with_keys(
    id: &AppId,
    app: &RegisteredApp,
    since: LogSeq,
    secret: Option<&InstallationSecret>,
) -> App {
    let mut keys = HashMap::with_capacity(app.keys.len());
    for key in &*app.keys {
        let config = key_config(secret, id, key);
        if let Some(usable) = config.and_then(|config| AuthKey::try_new(&config).ok()) {
            keys.insert(key.kid.as_str().to_owned(), usable);
        } else {
            tracing::error!(app.id = %id, kid = %key.kid, "key cannot be used here");
        }
    }
    let usersig = UserSigConfig::of(app.sdk_app_id);
    App::new(id.clone(), keys, Some(usersig), since)
}
