//! `POST /v1/apps/{app}/stream-callbacks/nginx-rtmp`: what nginx-rtmp calls with `notify_method post`:
//! `on_publish`, `on_publish_done`, `on_play`.
//!
//! Whatever is not 2xx makes nginx end the publisher or the player. Other calls are answered with yes.

use std::sync::Arc;

use bytes::Bytes;
use domain::ids::AppId;
use service_kit::clock;
use service_kit::openapi::Operation;
use warp::Filter;
use warp::filters::BoxedFilter;

use super::fields::Fields;
use super::{Answer, Call, Callbacks, callback, done, not_signed};

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

pub(super) fn operation() -> Operation {
    super::operation("/stream-callbacks/nginx-rtmp", "What nginx-rtmp calls.", MEDIA_TYPE)
}

pub(super) fn route(callbacks: &Callbacks) -> BoxedFilter<(Answer,)> {
    callback(callbacks, "nginx-rtmp", MEDIA_TYPE).then(called).boxed()
}

#[tracing::instrument(skip_all, fields(app.id = %app))]
async fn called(app: AppId, body: Bytes, callbacks: Arc<Callbacks>) -> Answer {
    let stream_app = callbacks.stream_app(&app)?;
    let text = std::str::from_utf8(&body).map_err(|_no_text| not_signed())?;
    let fields = Fields::parse(text);
    // nginx calls with `connect`, `done` and the like as well, where there is nothing to decide; a call
    // that the publisher has doubled is none of these.
    let call = fields.find("call").ok_or_else(not_signed)?;
    if !matches!(call, "publish" | "publish_done" | "play") {
        return Ok(done());
    }
    let field = |name| fields.find(name).ok_or_else(not_signed);
    let of = Call {
        stream_app,
        path: (field("app")?, field("name")?),
        query: &fields,
        session: field("clientid")?,
        now: clock::now(),
        app,
    };
    match call {
        "publish" => of.publish(&callbacks.reports).await,
        "publish_done" => of.unpublish(&callbacks.reports).await,
        _ => of.play(),
    }
}
