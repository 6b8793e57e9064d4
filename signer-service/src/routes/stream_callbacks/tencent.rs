//! `POST /v1/apps/{app}/stream-callbacks/tencent`: the event notifications of Tencent's live streaming
//! (LVB/32744), signed with `sign` = MD5 of the app's `callback_key` and `t`, the second until which they
//! are good.
//!
//! Begin and end of a stream have the same `sequence`. What is not 200 is sent again, three times in
//! three minutes, so everything that will not change is answered with yes.

use std::sync::Arc;

use bytes::Bytes;
use domain::ids::{AppId, StreamSession};
use domain::timestamp::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use service_kit::clock;
use service_kit::http::body::parse_json;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;

use super::{Answer, Callbacks, callback, done, not_signed};
use crate::problems::streams_not_configured;
use crate::reports::{NotTaken, Report};
use crate::scheme::hash::{md5_hex, same};
use crate::stream_name::room_of;

const MEDIA_TYPE: &str = "application/json";

/// A stream has ended, or begun. Others are recordings, pictures and errors of pushing.
const ENDED: u64 = 0;
const BEGUN: u64 = 1;

/// A notification, as far as it matters here. Numbers come as such or as text.
#[derive(Debug, Deserialize)]
struct Notification {
    #[serde(default)]
    sign: String,
    #[serde(default)]
    t: Value,
    #[serde(default)]
    event_type: Value,
    #[serde(default)]
    stream_id: String,
    #[serde(default)]
    sequence: Value,
    #[serde(default)]
    event_time: Value,
}

pub(super) fn operation() -> Operation {
    let summary = "What Tencent's live streaming notifies of.";
    super::operation("/stream-callbacks/tencent", summary, MEDIA_TYPE)
}

pub(super) fn route(callbacks: &Callbacks) -> BoxedFilter<(Answer,)> {
    callback(callbacks, "tencent", MEDIA_TYPE).then(called).boxed()
}

#[tracing::instrument(skip_all, fields(app.id = %app))]
async fn called(app: AppId, body: Bytes, callbacks: Arc<Callbacks>) -> Answer {
    let stream_app = callbacks.stream_app(&app)?;
    let key = stream_app.callback_key.as_ref().ok_or_else(streams_not_configured)?;
    let notification: Notification = parse_json(&body)?;
    let now = clock::now();
    check_sign(&notification, key.expose(), now.0.div_euclid(1_000))?;
    let on = match number(&notification.event_type) {
        Some(BEGUN) => true,
        Some(ENDED) => false,
        Some(_) | None => return Ok(done()),
    };
    let session = text(&notification.sequence).parse::<StreamSession>().ok();
    // A stream of another name is somebody else's, and none of ours to refuse.
    let Some((room_id, session)) = room_of(&app, &notification.stream_id).zip(session) else {
        return Ok(done());
    };
    let at = number(&notification.event_time).and_then(|seconds| i64::try_from(seconds).ok());
    let at = at.map_or(now, |seconds| Timestamp(seconds.saturating_mul(1_000)));
    match callbacks.reports.send(&Report { app, room_id, session, on, at }, now).await {
        Ok(()) | Err(NotTaken::Refused) => Ok(done()),
        Err(NotTaken::Later) => Err(NotTaken::Later.into()),
    }
}

fn check_sign(notification: &Notification, key: &str, now_s: i64) -> Result<(), Problem> {
    let t = text(&notification.t);
    if !same(&md5_hex(&[key, &t]), &notification.sign) {
        return Err(not_signed());
    }
    let is_good =
        number(&notification.t).is_some_and(|t| u64::try_from(now_s).is_ok_and(|now| now <= t));
    if is_good { Ok(()) } else { Err(not_signed().detail("`t` has passed")) }
}

/// As it was signed: without quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_sample_of_the_documentation_is_good_until_its_second() {
        let key = "40328529ca4381a80c6ecf2e6aa57438";
        let sample = |sign: &str, t: Value| -> Notification {
            serde_json::from_value(json!({ "sign": sign, "t": t })).unwrap()
        };
        let sign = "7f29ed83c61b77de1b0d66936fd4fd44";
        for t in [json!(1_490_858_347), json!("1490858347")] {
            let good = sample(sign, t);
            assert_eq!(check_sign(&good, key, 1_490_858_347), Ok(()));
            assert!(check_sign(&good, key, 1_490_858_348).is_err());
            assert!(check_sign(&good, "another", 0).is_err());
        }
        for (sign, t) in
            [("", json!(1_490_858_347)), (sign, json!(1_490_858_348)), (sign, Value::Null)]
        {
            assert!(check_sign(&sample(sign, t), key, 0).is_err());
        }
    }
}
