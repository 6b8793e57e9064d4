//! What media servers call, one file per kind. They bring no token: a push of one's own server proves
//! itself by the signature of its URL, a CDN by one of its own.

mod fields;
mod nginx_rtmp;
mod srs;
mod tencent;

use std::sync::Arc;

use bytes::Bytes;
use domain::ids::{AppId, RoomId, StreamSession};
use domain::timestamp::Timestamp;
use serde_json::json;
use service_kit::http::{app_path, limited_body, post};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::{Reply, Response};

use self::fields::Fields;
use crate::config::{StreamApp, StreamApps};
use crate::problems::streams_not_configured;
use crate::reports::{Report, Reports};
use crate::scheme::Resource;
use crate::stream_name::room_of;

/// What these routes work with.
#[derive(Debug, Clone)]
pub(crate) struct Callbacks {
    pub(crate) apps: StreamApps,
    pub(crate) reports: Reports,
    pub(crate) body_bytes_max: usize,
}

pub(super) fn routes(callbacks: &Callbacks) -> BoxedFilter<(Response,)> {
    let (nginx_rtmp, srs) = (nginx_rtmp::route(callbacks), srs::route(callbacks));
    let all = nginx_rtmp.or(srs).unify().or(tencent::route(callbacks)).unify();
    all.map(Reply::into_response).boxed()
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        nginx_rtmp::operation().named("nginx_rtmp"),
        srs::operation().named("srs"),
        tencent::operation().named("tencent"),
    ]
}

/// What a media server is answered.
type Answer = Result<Response, Problem>;

/// `POST /v1/apps/{app}/stream-callbacks/{kind}` with a body of a media type.
fn callback(
    callbacks: &Callbacks,
    kind: &'static str,
    media_type: &'static str,
) -> BoxedFilter<(AppId, Bytes, Arc<Callbacks>)> {
    let shared = Arc::new(callbacks.clone());
    app_path()
        .and(warp::path("stream-callbacks"))
        .and(warp::path(kind))
        .and(warp::path::end())
        .and(post())
        .and(limited_body(callbacks.body_bytes_max, media_type))
        .and(warp::any().map(move || Arc::clone(&shared)))
        .boxed()
}

fn operation(path: &str, summary: &'static str, media_type: &'static str) -> Operation {
    Operation::new("post", path, summary)
        .body_of::<serde_json::Value>(media_type, true)
        .answer::<serde_json::Value>(200)
        .problems(&[(403, "stream_refused"), (403, "callback_not_signed")])
        .problems(&[(404, "streams_not_configured"), (503, "log_unavailable")])
}

/// What all of them take for a yes.
fn done() -> Response {
    warp::reply::json(&json!({ "code": 0 })).into_response()
}

/// Not from whom it says.
fn not_signed() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "callback_not_signed", "Signature missing or wrong")
}

/// What a server of one's own says of a push or of a player, in the same way whoever it is.
struct Call<'a> {
    app: AppId,
    stream_app: &'a StreamApp,
    /// The first part of the path, and the stream.
    path: (&'a str, &'a str),
    /// The query of the URL, and perhaps what the server says besides.
    query: &'a Fields<'a>,
    session: &'a str,
    now: Timestamp,
}

impl Callbacks {
    fn stream_app(&self, app: &AppId) -> Result<&StreamApp, Problem> {
        self.apps.get(app).ok_or_else(streams_not_configured)
    }
}

impl Call<'_> {
    fn room_id(&self) -> Result<RoomId, Problem> {
        let (app_name, stream) = self.path;
        let room_id = room_of(&self.app, stream).filter(|_| app_name == self.stream_app.app_name);
        room_id.ok_or_else(not_signed)
    }

    /// The push begins: refused unless its URL is signed and has not expired.
    async fn publish(self, reports: &Reports) -> Answer {
        self.check_url(&self.stream_app.push_keys(), self.stream_app.push_validity_s)?;
        self.report(true, reports).await
    }

    /// The push has ended, perhaps after the expiry of its URL.
    async fn unpublish(self, reports: &Reports) -> Answer {
        let find = |name: &str| self.query.find(name);
        let keys = self.stream_app.push_keys();
        let verified = self.stream_app.scheme.verify_for_ever(&keys, &self.resource(), &find);
        verified.map_err(|error| not_signed().detail(error.to_string()))?;
        self.report(false, reports).await
    }

    /// Somebody plays; open unless play URLs are signed.
    fn play(self) -> Answer {
        let keys = self.stream_app.play_keys();
        if !keys.is_empty() {
            self.check_url(&keys, self.stream_app.play_validity_s)?;
        }
        Ok(done())
    }

    /// Refused unless the URL is signed with one of these keys and has not expired.
    fn check_url(&self, keys: &[&str], validity_s: u32) -> Result<(), Problem> {
        let (find, now_s) = (|name: &str| self.query.find(name), self.now.0.div_euclid(1_000));
        let scheme = self.stream_app.scheme;
        let verified = scheme.verify(keys, &self.resource(), &find, validity_s, now_s);
        verified.map_err(|error| not_signed().detail(error.to_string()))
    }

    fn resource(&self) -> Resource<'_> {
        let (app_name, stream) = self.path;
        Resource { app_name, stream, suffix: "" }
    }

    async fn report(self, on: bool, reports: &Reports) -> Answer {
        let room_id = self.room_id()?;
        let session: StreamSession = self.session.parse().map_err(|_no_session| not_signed())?;
        let report = Report { app: self.app, room_id, session, on, at: self.now };
        reports.send(&report, self.now).await?;
        Ok(done())
    }
}
