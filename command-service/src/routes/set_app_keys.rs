//! `PUT /v1/apps/{app}/keys`: other keys sign the app's tokens. The answer has the secrets of new ones.

use domain::command::AppCommand;
use domain::ids::AppId;
use domain::limits::Limits;
use domain::registry::key::KeySpec;
use domain::registry::set_app_keys::SetAppKeys;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{app_path, json_body, put};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::operator::{DoneWithKeys, OperatorRequest, operator};
use crate::openapi::operator_command;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {
    keys: Vec<KeySpec>,
}

pub(super) fn operation(limits: &Limits) -> Operation {
    operator_command("put", "/{app}/keys", "The whole set; the answer has the secrets of new ones.")
        .body::<Body>()
        .items_max("keys", limits.app_keys_max)
        .answer::<DoneWithKeys>(200)
        .answer::<DoneWithKeys>(201)
        .problems(&[(409, "no_installation_secret"), (503, "registry_behind")])
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("keys"))
        .and(warp::path::end())
        .and(put())
        .and(operator(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_app_keys)
        .map(Reply::into_response)
        .boxed()
}

async fn set_app_keys(
    app: AppId,
    request: OperatorRequest,
    body: Body,
) -> Result<Response, Problem> {
    request.check_keys(&body.keys)?;
    let command = SetAppKeys { app_id: app.clone(), keys: body.keys };
    request.to_registry_for_keys(app, AppCommand::SetAppKeys(command)).await
}
