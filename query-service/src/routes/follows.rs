//! `GET /v1/apps/{app}/users/{user_id}/follows?after=&limit=&min_seq=`: whom a user follows, by id.
//!
//! For the user and for admins. `next` is the `after` of the next page, or null.

use domain::actor::Role;
use domain::ids::{AppId, LogSeq, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json as value;
use service_kit::auth::{Auth, Identity};
use service_kit::http::{app_path, path_id};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::{HISTORY, question};
use crate::problems::not_allowed;
use crate::read_models::follow::FollowedHost;
use crate::routes::query::Query;
use crate::routes::{asked, json, page};
use crate::service::Service;

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    user_id: UserId,
    follows: Vec<FollowedHost>,
    next: Option<String>,
    /// All that they did up to this commit is in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    question("/users/{user_id}/follows", "Whom a user follows.")
        .parameter("query", "after", false, value!({ "type": "string" }))
        .number("limit")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(403, "not_allowed")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    app_path()
        .and(warp::path("users"))
        .and(path_id::<UserId>())
        .and(warp::path("follows"))
        .and(asked(service, auth))
        .then(follows)
        .boxed()
}

async fn follows(
    app: AppId,
    user_id: UserId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    if identity.user != user_id && identity.role != Role::Admin {
        return Err(not_allowed("only the user and an admin may read this"));
    }
    let query = Query::parse(&raw, &["after", "limit", "min_seq"])?;
    let after = query.id::<UserId>("after")?;
    let answers = &service.config().answers;
    let limit = query.count("limit", answers.page_items, 1..=answers.page_items_max)?;
    let log_seq = service.projected(&app, query.min_seq()?).await?;

    let found = service.read_models().follows(&app, &user_id, after.as_ref(), limit + 1).await;
    let mut follows = found?;
    let more = page::cut(&mut follows, limit);
    let next = follows.last().filter(|_| more).map(|host| host.host_id.clone());
    Ok(json(&Answer { user_id, follows, next, log_seq }))
}
