//! `GET /v1/apps/{app}/users/{user_id}?min_seq=`: how a user is shown, their level and points.

use std::sync::Arc;

use domain::ids::{AppId, LogSeq, UserId};
use domain::view::profile::Profile;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::http::{app_path, path_id};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::{HISTORY, question};
use crate::problems::user_not_found;
use crate::read_models::app_user::KnownUser;
use crate::read_models::follow::FollowCounts;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::Service;

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    user_id: UserId,
    /// Null if they never registered.
    nick: Option<Arc<str>>,
    avatar: Option<Arc<str>>,
    level: u32,
    points: u64,
    /// How many follow them.
    followers: u64,
    /// How many they follow.
    following: u64,
    /// All that they did up to this commit is in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    question("/users/{user_id}", "How a user is shown, their level and points.")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(HISTORY)
        .problems(&[(404, "user_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    app_path()
        .and(warp::path("users"))
        .and(path_id::<UserId>())
        .and(asked(service, auth))
        .then(user)
        .boxed()
}

async fn user(
    app: AppId,
    user_id: UserId,
    _identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["min_seq"])?;
    let log_seq = service.projected(&app, query.min_seq()?).await?;
    let counts = service.read_models().follow_counts(&app, &user_id).await?;
    let FollowCounts { followers, following } = counts;
    let known = service.read_models().users(&app, &[user_id]).await?.pop();
    let KnownUser { profile, points } = known.ok_or_else(user_not_found)?;
    let Profile { user_id, nick, avatar, level } = profile;
    Ok(json(&Answer { user_id, nick, avatar, level, points, followers, following, log_seq }))
}
