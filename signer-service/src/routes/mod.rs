//! One file per question.

mod play_urls;
mod push_url;

use std::sync::Arc;

use serde::Serialize;
use service_kit::auth::Auth;
use service_kit::clock;
use service_kit::openapi::Operation;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::header::CACHE_CONTROL;
use warp::reply::{Reply, Response};

use crate::config::StreamApps;
use crate::owners::RoomOwners;

/// All routes of the service.
pub(crate) fn routes(
    apps: &StreamApps,
    auth: &Auth,
    owners: &Arc<impl RoomOwners>,
) -> BoxedFilter<(Response,)> {
    push_url::route(apps, auth, owners).or(play_urls::route(apps, auth)).unify().boxed()
}

/// What [`routes`] answer.
pub(crate) fn operations() -> Vec<Operation> {
    vec![push_url::operation().named("push_url"), play_urls::operation().named("play_urls")]
}

/// 32 hexadecimal digits that were never used.
fn nonce() -> String {
    clock::new_command_id().to_string().replace('-', "")
}

/// An answer that nobody may keep: it holds signed URLs.
fn secret_json(answer: &impl Serialize) -> Response {
    let json = warp::reply::json(answer);
    warp::reply::with_header(json, CACHE_CONTROL, "no-store").into_response()
}
