//! The apps of the installation as a decision needs them. Bounded by `limits.apps_max` but for the
//! ids of deleted apps, of which an operator makes one at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::AppId;
use crate::registry::create_app::AppCreated;
use crate::registry::delete_app::AppDeleted;
use crate::registry::key::AppKey;
use crate::registry::set_app_expiry::AppExpirySet;
use crate::registry::set_app_keys::AppKeysSet;
use crate::registry::set_app_status::AppStatusSet;
use crate::timestamp::Timestamp;

/// Everything that the registry's log says. Empty in all other apps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Registry {
    /// The apps that are there.
    pub apps: BTreeMap<AppId, RegisteredApp>,
    /// The apps that are gone, with their SDK app ids: neither is given again.
    pub deleted: BTreeMap<AppId, u32>,
}

/// An app that was created at run time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RegisteredApp {
    /// The number by which SDKs know it.
    pub sdk_app_id: u32,
    /// What people call it.
    pub name: Arc<str>,
    /// Who may sign its tokens.
    pub keys: Arc<[AppKey]>,
    /// Whether it is served.
    pub status: AppStatus,
    /// When it was created.
    pub created_at: Timestamp,
    /// From this moment on it is not served; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Whether an app is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppStatus {
    /// It is, until it expires.
    Active,
    /// Every request is refused; its log stays and is projected.
    Disabled,
}

impl Registry {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.apps.is_empty() && self.deleted.is_empty()
    }

    /// Whether an app has this number, or had it.
    pub(super) fn has_sdk_app_id(&self, sdk_app_id: u32) -> bool {
        self.apps.values().any(|app| app.sdk_app_id == sdk_app_id)
            || self.deleted.values().any(|deleted| *deleted == sdk_app_id)
    }

    pub(crate) fn app_created(&mut self, created: &AppCreated, at: Timestamp) {
        let app = RegisteredApp {
            sdk_app_id: created.sdk_app_id,
            name: created.name.clone(),
            keys: created.keys.clone(),
            status: AppStatus::Active,
            created_at: at,
            expires_at: created.expires_at,
        };
        self.apps.insert(created.app_id.clone(), app);
    }

    pub(crate) fn app_status_set(&mut self, set: &AppStatusSet) {
        self.change(&set.app_id, |app| app.status = set.status);
    }

    pub(crate) fn app_expiry_set(&mut self, set: &AppExpirySet) {
        self.change(&set.app_id, |app| app.expires_at = set.expires_at);
    }

    pub(crate) fn app_keys_set(&mut self, set: &AppKeysSet) {
        self.change(&set.app_id, |app| app.keys = set.keys.clone());
    }

    pub(crate) fn app_deleted(&mut self, deleted: &AppDeleted) {
        if let Some(app) = self.apps.remove(&deleted.app_id) {
            self.deleted.insert(deleted.app_id.clone(), app.sdk_app_id);
        }
    }

    fn change(&mut self, app_id: &AppId, change: impl FnOnce(&mut RegisteredApp)) {
        match self.apps.get_mut(app_id) {
            Some(app) => change(app),
            None => debug_assert!(false, "only apps that are there are changed"),
        }
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::event::EventData;
    use crate::registry::key::KeyKind;

    pub(crate) fn shop() -> AppId {
        "shop".parse().unwrap()
    }

    /// `shop`, called "Shop", with the key `k1`, which the first event brought in.
    pub(crate) fn app_created() -> EventData {
        let kid = "k1".parse().unwrap();
        let key = AppKey { kid, alg: KeyKind::HS256, public_key: None, generation: 1 };
        EventData::AppCreated(AppCreated {
            app_id: shop(),
            sdk_app_id: 1_400_000_000,
            name: "Shop".into(),
            keys: vec![key].into(),
            expires_at: None,
        })
    }

    pub(crate) fn app_deleted() -> EventData {
        EventData::AppDeleted(AppDeleted { app_id: shop() })
    }
}
