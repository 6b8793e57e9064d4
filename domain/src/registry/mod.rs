//! The installation: which apps there are. Its facts stand in a log of their own, that of the app
//! [`REGISTRY`], which is decided and read like any other.
//!
//! One file per command; [`state`] is what they are decided with, [`key`] what is said of an app's
//! keys. No secret is ever among it.

pub mod create_app;
pub mod delete_app;
pub mod key;
pub mod set_app_expiry;
pub mod set_app_keys;
pub mod set_app_status;
pub mod state;

use crate::actor::{Actor, Role};
use crate::command::{Action, AppCommand};
use crate::ids::AppId;
use crate::registry::state::RegisteredApp;
use crate::rejection::Rejection;
use crate::state::{AppState, Context};

/// The app whose log holds the registry. No other app may be called so.
pub const REGISTRY: &str = "matinee";

/// Whether this is the app of the registry.
pub fn is_registry(app: &AppId) -> bool {
    app.as_str() == REGISTRY
}

/// The id of the app of the registry.
#[expect(clippy::expect_used, reason = "a constant that is an app id")]
pub fn registry_id() -> AppId {
    REGISTRY.parse().expect("an app id")
}

/// In the registry its commands and no others, elsewhere any but these.
pub(crate) fn check_place(action: &Action, context: &Context<'_>) -> Result<(), Rejection> {
    let needed = match (is_registry(context.app), is_of_registry(action)) {
        (true, true) | (false, false) => return Ok(()),
        (true, false) => "somebody in an app",
        (false, true) => "an operator",
    };
    Err(Rejection::NotAllowed { needed: needed.into() })
}

pub(crate) fn is_of_registry(action: &Action) -> bool {
    match action {
        Action::Room { .. } => false,
        Action::App(command) => matches!(
            command,
            AppCommand::CreateApp(_)
                | AppCommand::SetAppStatus(_)
                | AppCommand::SetAppExpiry(_)
                | AppCommand::SetAppKeys(_)
                | AppCommand::DeleteApp(_)
        ),
    }
}

/// Operators are the admins of the registry.
fn is_operator(actor: &Actor) -> Result<(), Rejection> {
    let may = actor.role == Role::Admin;
    if may { Ok(()) } else { Err(Rejection::NotAllowed { needed: "an operator".into() }) }
}

/// An app that was created and not deleted.
fn find<'a>(state: &'a AppState, app_id: &AppId) -> Result<&'a RegisteredApp, Rejection> {
    let registry = &state.registry;
    registry.apps.get(app_id).ok_or_else(|| {
        let app_id = app_id.clone();
        if registry.deleted.contains_key(&app_id) {
            Rejection::AppDeleted { app_id }
        } else {
            Rejection::AppNotFound { app_id }
        }
    })
}
