//! What every request about an app brings besides its body: an operator, whose commands go to the
//! registry. Answers come when this instance has read them back, so that the next request finds
//! them true.

use std::time::Duration;

use domain::command::{Action, AppCommand, Command};
use domain::commit::Outcome;
use domain::ids::{AppId, CommandId, KeyId};
use domain::registry::key::{AppKey, KeyKind, KeySpec};
use domain::registry::registry_id;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::Identity;
use service_kit::problem::Problem;
use service_kit::rejections::reject;
use warp::http::header::CACHE_CONTROL;
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection};

use crate::gateway::Gateway;
use crate::gateway::caller::Caller;
use crate::gateway::reply::{self, Done};
use crate::gateway::request::{IDEMPOTENCY_KEY, command_id};
use crate::problems;
use crate::sequencer::answer::Answer;

/// Which operator asks, under which id.
#[derive(Debug)]
pub struct OperatorRequest {
    gateway: Gateway,
    identity: Identity,
    id: CommandId,
}

/// An answer that brings keys.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DoneWithKeys {
    /// Where it stands.
    #[serde(flatten)]
    pub done: Done,
    /// The keys that this command made, with what signs tokens. Not to be had again but under the
    /// same `Idempotency-Key`.
    pub keys: Vec<NewKey>,
}

/// A key as its app gets it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewKey {
    /// Its name.
    pub kid: KeyId,
    /// How tokens are signed with it.
    pub alg: KeyKind,
    /// For HS256 and `UserSig`: the secret to sign with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Filter: stands after path and method and before the body.
pub fn operator(
    gateway: &Gateway,
) -> impl Filter<Extract = (OperatorRequest,), Error = Rejection> + Clone + use<> {
    let (auth, gateway) = (gateway.auth.clone(), gateway.clone());
    auth.operator().and(warp::header::optional::<String>(IDEMPOTENCY_KEY)).and_then(
        move |identity, key: Option<String>| {
            let request = command_id(key).map(|id| {
                let gateway = gateway.clone();
                OperatorRequest { gateway, identity, id }
            });
            std::future::ready(request.map_err(reject))
        },
    )
}

impl OperatorRequest {
    /// Refuses the id of an app of the configuration, which the registry does not know.
    pub fn check_free(&self, app_id: &AppId) -> Result<(), Problem> {
        if self.gateway.auth.apps().is_configured(app_id) {
            let app_id = app_id.clone();
            return Err(problems::refused(&domain::rejection::Rejection::AppIdTaken { app_id }));
        }
        Ok(())
    }

    /// Refuses keys whose secrets could not be derived.
    pub fn check_keys(&self, keys: &[KeySpec]) -> Result<(), Problem> {
        let shared = keys.iter().any(KeySpec::is_shared);
        if shared && !self.gateway.auth.apps().derives_secrets() {
            return Err(problems::no_installation_secret());
        }
        Ok(())
    }

    /// Carries out a command.
    pub async fn to_registry(self, command: AppCommand) -> Result<Response, Problem> {
        let (answer, _) = self.carry_out(command).await?;
        reply::response(answer)
    }

    /// Carries out a command that may make keys of an app.
    pub async fn to_registry_for_keys(
        self,
        app_id: AppId,
        command: AppCommand,
    ) -> Result<Response, Problem> {
        let (answer, shown) = self.carry_out(command).await?;
        let made_by = match &answer {
            Answer::Settled(Outcome::Accepted(accepted)) => Some(accepted.seq),
            _ => None,
        };
        let (status, done) = reply::explain(answer)?;
        if made_by.is_some() && !shown {
            // The same request again gets the keys.
            return Err(problems::registry_behind());
        }
        let keys = made_by.map(|generation| self.keys_of(&app_id, generation)).unwrap_or_default();
        let json = warp::reply::json(&DoneWithKeys { done, keys });
        let json = warp::reply::with_header(json, CACHE_CONTROL, "no-store");
        Ok(warp::reply::with_status(json, status).into_response())
    }

    /// The answer, and whether this instance has read it back.
    async fn carry_out(&self, command: AppCommand) -> Result<(Answer, bool), Problem> {
        let caller = Caller { identity: self.identity.clone(), on_behalf_of: None };
        let actor = caller.actor_with(None);
        let command = Command { id: self.id, actor, action: Action::App(command), screening: None };
        let answers = self.gateway.submitter.submit(&registry_id(), vec![command]).await;
        let answer = answers.map_err(problems::not_submitted)?.pop();
        let answer = answer.ok_or_else(Problem::internal)?;
        let shown = match &answer {
            Answer::Settled(Outcome::Accepted(accepted)) => {
                let wait = Duration::from_millis(self.gateway.config.registry_wait_ms);
                self.gateway.auth.apps().reached(accepted.log_seq, wait).await
            }
            _ => true,
        };
        Ok((answer, shown))
    }

    fn keys_of(&self, app_id: &AppId, generation: u64) -> Vec<NewKey> {
        let apps = self.gateway.auth.apps();
        let registered = apps.registered();
        let registered = registered.borrow();
        let keys = registered.registry().apps.get(app_id).map(|app| app.keys.clone());
        let made = |key: &&AppKey| key.generation == generation;
        let new = |key: &AppKey| NewKey {
            kid: key.kid.clone(),
            alg: key.alg,
            secret: apps.derived_secret(app_id, key).map(|secret| secret.expose().clone()),
        };
        keys.iter().flat_map(|keys| keys.iter()).filter(made).map(new).collect()
    }
}
