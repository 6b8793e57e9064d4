//! The HTTP API: one file per question. Whoever has a valid token of the app may read.

mod feed;
mod gift_totals;
mod query;
mod room;
mod stream;
mod user;
mod ws;

use service_kit::auth::Auth;
use warp::filters::BoxedFilter;
use warp::{Filter, Reply};

use crate::service::Service;

/// All routes.
pub(crate) fn routes(service: &Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room::route(service.clone(), auth)
        .or(feed::route(service.clone(), auth))
        .or(stream::route(service.clone(), auth))
        .or(ws::route(service.clone(), auth))
        .or(gift_totals::route(service.clone(), auth))
        .or(user::route(service.clone(), auth))
        .boxed()
}

/// Hands a clone of the service to a handler.
fn with(
    service: Service,
) -> impl Filter<Extract = (Service,), Error = std::convert::Infallible> + Clone {
    warp::any().map(move || service.clone())
}
