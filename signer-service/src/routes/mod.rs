//! One file per question.

mod play_urls;
mod push_url;
mod stream_callbacks;

use std::sync::Arc;

use serde::Serialize;
use service_kit::auth::Auth;
use service_kit::clock;
use service_kit::openapi::Operation;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::header::CACHE_CONTROL;
use warp::reply::{Reply, Response};

pub(crate) use self::stream_callbacks::Callbacks;
use crate::config::StreamApps;
use crate::owners::RoomOwners;

/// All routes of the service.
pub(crate) fn routes(
    apps: &StreamApps,
    auth: &Auth,
    owners: &Arc<impl RoomOwners>,
    callbacks: &Callbacks,
) -> BoxedFilter<(Response,)> {
    let questions = push_url::route(apps, auth, owners).or(play_urls::route(apps, auth)).unify();
    questions.or(stream_callbacks::routes(callbacks)).unify().boxed()
}

/// What [`routes`] answer.
pub(crate) fn operations() -> Vec<Operation> {
    let mut all = stream_callbacks::operations();
    all.push(push_url::operation().named("push_url"));
    all.push(play_urls::operation().named("play_urls"));
    all
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
