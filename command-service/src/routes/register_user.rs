//! `PUT /v1/apps/{app}/users/{user_id}`: a person becomes known, or changes how they are shown.

use std::sync::Arc;

use domain::app::register_user::RegisterUser;
use domain::command::AppCommand;
use domain::ids::{AppId, UserId};
use domain::limits::Limits;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{app_path, json_body, path_id, put};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {
    nick: Arc<str>,
    #[serde(default)]
    avatar: Option<Arc<str>>,
}

pub(super) fn operation(limits: &Limits) -> Operation {
    command("put", "/users/{user_id}", "A person becomes known, or changes how they are shown.")
        .body::<Body>()
        .bytes_max("nick", limits.nick_bytes_max)
        .bytes_max("avatar", limits.url_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("users"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(register_user)
        .map(Reply::into_response)
        .boxed()
}

async fn register_user(
    app: AppId,
    user_id: UserId,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let Body { nick, avatar } = body;
    let profiles = request.gateway().profiles.clone();
    let (shown, pictured) = (nick.clone(), avatar.clone());
    let command = RegisterUser { user_id: user_id.clone(), nick, avatar };
    let response = request.to_app(app.clone(), AppCommand::RegisterUser(command)).await?;
    // Their next message shows the new nick, also while the read model is a little behind.
    profiles.remember(&app, user_id, shown, pictured);
    Ok(response)
}
