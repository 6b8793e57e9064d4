//! Warp's rejections as problem documents, in one place. Only routing and the filters of this crate
//! reject; a handler answers with a [`Problem`].

use std::convert::Infallible;

use warp::Rejection;
use warp::http::StatusCode;
use warp::reject::{
    InvalidHeader, InvalidQuery, LengthRequired, MethodNotAllowed, MissingHeader, PayloadTooLarge,
    Reject, UnsupportedMediaType,
};
use warp::reply::{Reply, Response};

use crate::http::method::WrongMethod;
use crate::problem::Problem;

/// A problem on its way through warp's routing.
#[derive(Debug)]
struct Refused(Problem);

impl Reject for Refused {}

/// Refuses a request from within a filter. For filters that several routes share; a handler returns
/// its problem.
#[expect(clippy::disallowed_methods, reason = "this is the one way from a problem to a rejection")]
pub fn reject(problem: Problem) -> Rejection {
    warp::reject::custom(Refused(problem))
}

/// A wrong method on its way through warp's routing.
#[expect(clippy::disallowed_methods, reason = "read again below")]
pub(crate) fn wrong_method(wrong_method: WrongMethod) -> Rejection {
    warp::reject::custom(wrong_method)
}

/// For `Filter::recover`; [`crate::http::Bound::run`] applies it to all routes of a service.
pub async fn answer(rejection: Rejection) -> Result<Response, Infallible> {
    Ok(problem_of(&rejection).into_response())
}

/// The problem of a rejection. The most telling cause wins: a route that matched and refused, then
/// one that did not match for its method only, then "not found".
pub fn problem_of(rejection: &Rejection) -> Problem {
    if let Some(Refused(problem)) = rejection.find() {
        return problem.clone();
    }
    if let Some(problem) = unreadable(rejection) {
        return problem;
    }
    if let Some(wrong_method) = rejection.find::<WrongMethod>() {
        return wrong_method.problem();
    }
    if rejection.find::<MethodNotAllowed>().is_some() {
        return crate::http::method::not_allowed();
    }
    if rejection.is_not_found() {
        return Problem::new(StatusCode::NOT_FOUND, "not_found", "Not found");
    }
    tracing::error!(rejection = ?rejection, "rejection without a problem");
    Problem::internal()
}

/// Rejections of warp's own filters.
fn unreadable(rejection: &Rejection) -> Option<Problem> {
    let bad_request = StatusCode::BAD_REQUEST;
    if let Some(missing) = rejection.find::<MissingHeader>() {
        let problem = Problem::new(bad_request, "missing_header", "Header missing");
        return Some(problem.detail(format!("the header `{}` is missing", missing.name())));
    }
    if let Some(invalid) = rejection.find::<InvalidHeader>() {
        let problem = Problem::new(bad_request, "invalid_header", "Header unreadable");
        return Some(problem.detail(format!("the header `{}` cannot be read", invalid.name())));
    }
    if rejection.find::<InvalidQuery>().is_some() {
        return Some(Problem::new(bad_request, "invalid_query", "Query unreadable"));
    }
    if rejection.find::<LengthRequired>().is_some() {
        let status = StatusCode::LENGTH_REQUIRED;
        return Some(Problem::new(status, "length_required", "Length required"));
    }
    if rejection.find::<PayloadTooLarge>().is_some() {
        return Some(crate::http::body::too_large());
    }
    if rejection.find::<UnsupportedMediaType>().is_some() {
        return Some(crate::http::body::unsupported_media_type());
    }
    None
}
