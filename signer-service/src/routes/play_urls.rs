//! `GET /v1/apps/{app}/rooms/{room_id}/play-urls`: where anybody with a valid token plays the stream.
//!
//! `?template=900` is the stream as the CDN transcodes it, which has a name and a signature of its own.

use domain::ids::{AppId, RoomId};
use serde::Deserialize;
use serde_json::json;
use service_kit::auth::{Auth, Identity};
use service_kit::clock;
use service_kit::http::{get, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use super::{nonce, secret_json};
use crate::config::StreamApps;
use crate::openapi::question;
use crate::problems::{invalid_template, streams_not_configured};
use crate::stream_name::{stream_name, transcoded};
use crate::urls::{Asked, PlayUrls, play_urls};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    template: Option<String>,
}

pub(super) fn operation() -> Operation {
    let template = json!({ "type": "string", "pattern": "^[A-Za-z0-9]{1,32}$" });
    question("/rooms/{room_id}/play-urls", "Where anybody with a token plays the stream.")
        .parameter("query", "template", false, template)
        .answer::<PlayUrls>(200)
        .problems(&[(400, "invalid_query")])
}

pub(super) fn route(apps: &StreamApps, auth: &Auth) -> BoxedFilter<(Response,)> {
    let apps = apps.clone();
    room_path()
        .and(warp::path("play-urls"))
        .and(warp::path::end())
        .and(get())
        .and(auth.identity())
        .and(warp::query::<Query>())
        .map(move |app, room_id, identity, query| {
            answer(app, room_id, identity, query, &apps).into_response()
        })
        .boxed()
}

/// Whether there is such a room is not asked: its stream has a name anyway, and plays or not.
fn answer(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    query: Query,
    apps: &StreamApps,
) -> Result<Response, Problem> {
    let stream_app = apps.get(&app).ok_or_else(streams_not_configured)?;
    identity.check_room(&room_id)?;
    let mut stream = stream_name(&app, &room_id);
    if let Some(template) = query.template {
        stream = transcoded(&stream, &template).ok_or_else(invalid_template)?;
    }
    let asked = Asked { now: clock::now(), user: &identity.user, nonce: &nonce() };
    // The key was tried when the service started.
    let urls = play_urls(stream_app, &stream, asked).ok_or_else(Problem::internal)?;
    Ok(secret_json(&urls))
}
