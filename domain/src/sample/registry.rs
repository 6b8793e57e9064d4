//! The life of an app of the installation, and the admins of one.

use crate::actor::{Actor, Role};
use crate::app::set_admins::AdminsSet;
use crate::event::EventData;
use crate::ids::AppId;
use crate::registry::create_app::AppCreated;
use crate::registry::delete_app::AppDeleted;
use crate::registry::key::{AppKey, KeyKind};
use crate::registry::set_app_expiry::AppExpirySet;
use crate::registry::set_app_keys::AppKeysSet;
use crate::registry::set_app_status::AppStatusSet;
use crate::registry::state::AppStatus;
use crate::sample::{BEGIN, Place, parse};

pub(super) fn events() -> Vec<(Place, Actor, EventData)> {
    let app_id: AppId = parse("cafe");
    let app = || app_id.clone();
    let first = AppKey { kid: parse("k1"), alg: KeyKind::HS256, public_key: None, generation: 1 };
    let second = AppKey {
        kid: parse("k2"),
        alg: KeyKind::EdDsa,
        public_key: Some(parse("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")),
        generation: 4,
    };
    let third = AppKey { kid: parse("k3"), alg: KeyKind::UserSig, generation: 5, ..first.clone() };
    let status = AppStatus::Disabled;
    [
        EventData::AdminsSet(AdminsSet { user_ids: [parse("shop")].into() }),
        EventData::AppCreated(AppCreated {
            app_id: app(),
            sdk_app_id: 1_400_000_000,
            name: "Café".into(),
            keys: vec![first.clone()].into(),
            expires_at: Some(BEGIN.plus_seconds(86_400)),
        }),
        EventData::AppStatusSet(AppStatusSet { app_id: app(), status }),
        EventData::AppExpirySet(AppExpirySet { app_id: app(), expires_at: None }),
        EventData::AppKeysSet(AppKeysSet {
            app_id: app(),
            keys: vec![first, second, third].into(),
        }),
        EventData::AppDeleted(AppDeleted { app_id: app() }),
    ]
    .map(|data| (Place::App, Actor::unknown(parse("operator"), Role::Admin), data))
    .into()
}
