//! `DELETE /v1/apps/{app}?name=`: the app is gone for good, with all that is in it.

use std::sync::Arc;

use domain::command::AppCommand;
use domain::ids::AppId;
use domain::limits::Limits;
use domain::registry::delete_app::DeleteApp;
use serde::Deserialize;
use serde_json::json;
use service_kit::http::{app_path, delete};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::operator::{OperatorRequest, operator};
use crate::openapi::operator_command;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    name: Arc<str>,
}

pub(super) fn operation(limits: &Limits) -> Operation {
    let name = json!({ "type": "string", "maxLength": limits.app_name_bytes_max });
    operator_command("delete", "/{app}", "Removes the app with everything in it, for good.")
        .parameter("query", "name", true, name)
        .problems(&[(400, "invalid_query")])
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path::end())
        .and(delete())
        .and(operator(gateway))
        .and(warp::query::<Query>())
        .then(delete_app)
        .map(Reply::into_response)
        .boxed()
}

async fn delete_app(
    app: AppId,
    request: OperatorRequest,
    query: Query,
) -> Result<Response, Problem> {
    let command = DeleteApp { app_id: app, name: query.name };
    request.to_registry(AppCommand::DeleteApp(command)).await
}
