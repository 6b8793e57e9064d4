//! Random commands of an operator, over few names.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::command::AppCommand;
use crate::ids::AppId;
use crate::registry::create_app::CreateApp;
use crate::registry::delete_app::DeleteApp;
use crate::registry::key::KeySpec;
use crate::registry::set_app_expiry::SetAppExpiry;
use crate::registry::set_app_keys::SetAppKeys;
use crate::registry::set_app_status::SetAppStatus;
use crate::registry::state::AppStatus;
use crate::timestamp::Timestamp;

pub(crate) fn any_registry_command() -> impl Strategy<Value = AppCommand> {
    let create = (any_app_id(), of(0..3_u32), any_name(), any_keys(), any_end()).prop_map(
        |(app_id, sdk_app_id, name, keys, expires_at)| {
            let name = name.into();
            AppCommand::CreateApp(CreateApp { app_id, sdk_app_id, name, keys, expires_at })
        },
    );
    let status = (any_app_id(), select(vec![AppStatus::Active, AppStatus::Disabled]))
        .prop_map(|(app_id, status)| AppCommand::SetAppStatus(SetAppStatus { app_id, status }));
    let expiry = (any_app_id(), any_end()).prop_map(|(app_id, expires_at)| {
        AppCommand::SetAppExpiry(SetAppExpiry { app_id, expires_at })
    });
    let keys = (any_app_id(), any_keys())
        .prop_map(|(app_id, keys)| AppCommand::SetAppKeys(SetAppKeys { app_id, keys }));
    let delete = (any_app_id(), any_name())
        .prop_map(|(app_id, name)| AppCommand::DeleteApp(DeleteApp { app_id, name: name.into() }));
    prop_oneof![4 => create, 1 => status, 1 => expiry, 1 => keys, 1 => delete]
}

fn any_app_id() -> impl Strategy<Value = AppId> {
    select(vec!["cafe", "bar", "inn", "matinee"]).prop_map(|id| id.parse().unwrap())
}

fn any_name() -> impl Strategy<Value = &'static str> {
    select(vec!["Café", "Café", "Café", "Bar"])
}

fn any_end() -> impl Strategy<Value = Option<Timestamp>> {
    of(select(vec![-1, 2_000_000_000_000, 3_000_000_000_000]).prop_map(Timestamp))
}

fn any_keys() -> impl Strategy<Value = Vec<KeySpec>> {
    let kid = || select(vec!["a", "b"]).prop_map(|kid| kid.parse().unwrap());
    let public_key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let shared = kid().prop_map(|kid| KeySpec::HS256 { kid });
    let usersig = kid().prop_map(|kid| KeySpec::UserSig { kid });
    let pair =
        kid().prop_map(move |kid| KeySpec::EdDsa { kid, public_key: public_key.parse().unwrap() });
    prop_oneof![
        1 => Just(vec![]),
        9 => vec(prop_oneof![shared, usersig, pair], 1..3),
    ]
}
