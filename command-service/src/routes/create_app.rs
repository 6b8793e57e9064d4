//! `POST /v1/apps`: a tenant, from now on. The answer has the secrets of its keys.

use domain::command::AppCommand;
use domain::limits::Limits;
use domain::registry::create_app::CreateApp;
use service_kit::http::{json_body, post};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::operator::{DoneWithKeys, OperatorRequest, operator};
use crate::openapi::operator_command;

pub(super) fn operation(limits: &Limits) -> Operation {
    operator_command("post", "", "A tenant; the answer has the secrets of its keys.")
        .body::<CreateApp>()
        .bytes_max("name", limits.app_name_bytes_max)
        .items_max("keys", limits.app_keys_max)
        .answer::<DoneWithKeys>(200)
        .answer::<DoneWithKeys>(201)
        .problems(&[(409, "no_installation_secret"), (503, "registry_behind")])
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    warp::path("v1")
        .and(warp::path("apps"))
        .and(warp::path::end())
        .and(post())
        .and(operator(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(create_app)
        .map(Reply::into_response)
        .boxed()
}

async fn create_app(request: OperatorRequest, command: CreateApp) -> Result<Response, Problem> {
    request.check_free(&command.app_id)?;
    request.check_keys(&command.keys)?;
    let app_id = command.app_id.clone();
    request.to_registry_for_keys(app_id, AppCommand::CreateApp(command)).await
}
