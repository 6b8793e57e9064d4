//! `GET /healthz` (the process runs) and `GET /readyz` (it can do its work, or says what is missing).

use std::sync::Arc;

use serde_json::json;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::{Reply, Response};

use crate::http;
use crate::problem::Problem;

/// Tells what is missing, by the names of the neighbours that do not answer; empty is ready.
pub type Readiness = Arc<dyn Fn() -> Vec<&'static str> + Send + Sync>;

/// Both probes. `readiness` is asked at each request and must not block.
pub fn routes(readiness: Readiness) -> BoxedFilter<(Response,)> {
    let health = warp::path("healthz")
        .and(warp::path::end())
        .and(http::get())
        .map(|| warp::reply::json(&json!({ "status": "ok" })).into_response());
    let ready = warp::path("readyz")
        .and(warp::path::end())
        .and(http::get())
        .map(move || answer(&readiness()));
    health.or(ready).unify().boxed()
}

fn answer(missing: &[&'static str]) -> Response {
    if missing.is_empty() {
        return warp::reply::json(&json!({ "status": "ready" })).into_response();
    }
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "Not ready")
        .with("missing", missing)
        .retry_after_s(1)
        .into_response()
}
