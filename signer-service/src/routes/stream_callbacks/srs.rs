//! `POST /v1/apps/{app}/stream-callbacks/srs`: the HTTP hooks of SRS: `on_publish`, `on_unpublish`,
//! `on_play`. The signature of the URL is in `param`.
//!
//! Yes is 200 with `code` 0; SRS ends the client at anything else.

use std::sync::Arc;

use bytes::Bytes;
use domain::ids::AppId;
use serde::Deserialize;
use service_kit::clock;
use service_kit::http::body::parse_json;
use service_kit::openapi::Operation;
use warp::Filter;
use warp::filters::BoxedFilter;

use super::fields::Fields;
use super::{Answer, Call, Callbacks, callback, done};

const MEDIA_TYPE: &str = "application/json";

/// A hook, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Hook {
    action: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    app: String,
    #[serde(default)]
    stream: String,
    #[serde(default)]
    param: String,
}

pub(super) fn operation() -> Operation {
    super::operation("/stream-callbacks/srs", "What SRS calls.", MEDIA_TYPE)
}

pub(super) fn route(callbacks: &Callbacks) -> BoxedFilter<(Answer,)> {
    callback(callbacks, "srs", MEDIA_TYPE).then(called).boxed()
}

#[tracing::instrument(skip_all, fields(app.id = %app))]
async fn called(app: AppId, body: Bytes, callbacks: Arc<Callbacks>) -> Answer {
    let stream_app = callbacks.stream_app(&app)?;
    let hook: Hook = parse_json(&body)?;
    let call = Call {
        app,
        stream_app,
        path: (&hook.app, &hook.stream),
        query: &Fields::parse(&hook.param),
        session: &hook.client_id,
        now: clock::now(),
    };
    match hook.action.as_str() {
        "on_publish" => call.publish(&callbacks.reports).await,
        "on_unpublish" => call.unpublish(&callbacks.reports).await,
        "on_play" => call.play(),
        _ => Ok(done()),
    }
}
