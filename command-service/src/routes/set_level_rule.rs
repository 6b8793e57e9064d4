//! `PUT /v1/apps/{app}/level-rule`: what earns points from now on.

use domain::app::set_level_rule::SetLevelRule;
use domain::command::AppCommand;
use domain::ids::AppId;
use domain::level::rule::LevelRule;
use domain::limits::Limits;
use service_kit::http::{app_path, json_body, put};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(limits: &Limits) -> Operation {
    command("put", "/level-rule", "What earns points from now on.")
        .body::<LevelRule>()
        .items_max("thresholds", limits.levels_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("level-rule"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_level_rule)
        .map(Reply::into_response)
        .boxed()
}

async fn set_level_rule(
    app: AppId,
    request: Request,
    rule: LevelRule,
) -> Result<Response, Problem> {
    request.to_app(app, AppCommand::SetLevelRule(SetLevelRule { rule })).await
}
