//! Path parameters: percent-decoded, parsed into ids. A malformed id is a 400 `invalid_id`.

use std::fmt::Display;
use std::future::ready;
use std::str::FromStr;

use domain::ids::{AppId, RoomId};
use percent_encoding::percent_decode_str;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::{Filter, Rejection};

use crate::problem::Problem;
use crate::rejections::reject;

/// A path segment as it stands in the request.
struct RawSegment(String);

impl FromStr for RawSegment {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// One segment of the path as an id. An empty segment is no match.
pub fn path_id<T>() -> impl Filter<Extract = (T,), Error = Rejection> + Copy
where
    T: FromStr<Err: Display> + Send + 'static,
{
    warp::path::param::<RawSegment>()
        .and_then(|RawSegment(raw)| ready(decode::<T>(&raw).map_err(reject)))
}

/// `/v1/apps/{app}`: how every path of the API begins.
pub fn app_path() -> BoxedFilter<(AppId,)> {
    warp::path("v1").and(warp::path("apps")).and(path_id::<AppId>()).boxed()
}

/// `/v1/apps/{app}/rooms/{room_id}`.
pub fn room_path() -> BoxedFilter<(AppId, RoomId)> {
    app_path().and(warp::path("rooms")).and(path_id::<RoomId>()).boxed()
}

/// The app of a whole path that begins like [`app_path`].
pub(crate) fn app_of(path: &str) -> Result<AppId, Problem> {
    let mut segments = path.split('/').skip(1);
    let (version, apps, app) = (segments.next(), segments.next(), segments.next());
    match (version, apps, app) {
        (Some("v1"), Some("apps"), Some(app)) => decode(app),
        _ => Err(Problem::new(StatusCode::NOT_FOUND, "not_found", "Not found")),
    }
}

fn decode<T: FromStr<Err: Display>>(raw: &str) -> Result<T, Problem> {
    let problem = || Problem::new(StatusCode::BAD_REQUEST, "invalid_id", "Invalid id in the path");
    let text = percent_decode_str(raw)
        .decode_utf8()
        .map_err(|_utf8| problem().detail("a part of the path is not UTF-8"))?;
    text.parse().map_err(|error: T::Err| problem().detail(error.to_string()))
}

#[cfg(test)]
mod tests {
    use domain::ids::UserId;

    use super::*;

    #[test]
    fn a_segment_is_decoded_before_it_is_parsed() {
        assert_eq!(decode::<UserId>("a%20%E7%94%A8").unwrap().as_str(), "a 用");
        assert_eq!(decode::<UserId>("a+b").unwrap().as_str(), "a+b");
        assert_eq!(decode::<UserId>("a%2Fb").unwrap().as_str(), "a/b");
    }

    #[test]
    fn a_segment_that_is_no_id_is_a_400() {
        for raw in ["%FF", "%00", "a%0Ab", &"a".repeat(33)] {
            let problem = decode::<UserId>(raw).unwrap_err();
            assert_eq!((problem.status(), problem.code()), (StatusCode::BAD_REQUEST, "invalid_id"));
        }
    }
}
