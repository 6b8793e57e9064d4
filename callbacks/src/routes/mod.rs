//! What an operator and an app's admin see: probes, metrics, and how the endpoints of an app are doing.

mod endpoints;

use std::sync::Arc;

use nats::Nats;
use service_kit::auth::Auth;
use service_kit::metrics::Metrics;
use service_kit::probes::{self, Readiness};
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::config::CallbacksConfig;

/// All routes.
pub(crate) fn routes(
    config: &Arc<CallbacksConfig>,
    nats: &Nats,
    auth: &Auth,
    metrics: Option<&Metrics>,
) -> BoxedFilter<(Response,)> {
    let connection = nats.clone();
    let readiness: Readiness =
        Arc::new(move || if connection.is_connected() { vec![] } else { vec!["nats"] });
    let endpoints = endpoints::route(config, nats, auth);
    let routes = endpoints.or(probes::routes(readiness)).unify();
    match metrics {
        Some(metrics) => routes.or(metrics.route()).unify().boxed(),
        None => routes.boxed(),
    }
}
