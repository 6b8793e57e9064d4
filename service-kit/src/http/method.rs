//! Methods of routes. Like warp's own, and the 405 they lead to names in `Allow` what would do.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use warp::http::header::ALLOW;
use warp::http::{HeaderValue, Method, StatusCode};
use warp::reject::Reject;
use warp::{Filter, Rejection};

use crate::problem::Problem;
use crate::rejections;

/// The methods of our routes; each is a bit in [`TriedMethods`].
const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PUT, Method::DELETE];

/// Which methods routes with a fitting path asked for; in the extensions of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct TriedMethods(Arc<AtomicU8>);

/// The path fits a route, the method does not.
#[derive(Debug)]
pub(crate) struct WrongMethod(TriedMethods);

impl Reject for WrongMethod {}

impl WrongMethod {
    pub(crate) fn problem(&self) -> Problem {
        let tried = self.0.0.load(Ordering::Relaxed);
        let names = METHODS.iter().enumerate().filter(|(bit, _)| tried & (1 << bit) != 0);
        let names: Vec<&str> = names.map(|(_, method)| method.as_str()).collect();
        match HeaderValue::try_from(names.join(", ")) {
            Ok(allow) if !names.is_empty() => not_allowed().header(ALLOW, allow),
            _ => not_allowed(),
        }
    }
}

/// 405 where the methods that would do are not known.
pub(crate) fn not_allowed() -> Problem {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Problem::new(status, "method_not_allowed", "Method not allowed")
}

/// A route that answers GET.
pub fn get() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    method(0)
}

/// A route that answers POST.
pub fn post() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    method(1)
}

/// A route that answers PUT.
pub fn put() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    method(2)
}

/// A route that answers DELETE.
pub fn delete() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    method(3)
}

fn method(bit: usize) -> impl Filter<Extract = (), Error = Rejection> + Copy {
    warp::method()
        .and(warp::ext::optional::<TriedMethods>())
        .and_then(move |method: Method, tried: Option<TriedMethods>| {
            ready(if method == METHODS[bit] {
                Ok(())
            } else {
                let tried = tried.unwrap_or_default();
                tried.0.fetch_or(1 << bit, Ordering::Relaxed);
                Err(rejections::wrong_method(WrongMethod(tried)))
            })
        })
        .untuple_one()
}
