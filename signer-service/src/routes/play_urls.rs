//! `GET /v1/apps/{app}/rooms/{room_id}/play-urls`: where anybody with a valid token plays the stream.

use domain::ids::{AppId, RoomId};
use service_kit::auth::{Auth, Identity};
use service_kit::clock;
use service_kit::http::{get, room_path};
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use super::secret_json;
use crate::config::StreamApps;
use crate::problems::streams_not_configured;
use crate::stream_name::stream_name;
use crate::tencent::urls::play_urls;

pub(super) fn route(apps: &StreamApps, auth: &Auth) -> BoxedFilter<(Response,)> {
    let apps = apps.clone();
    room_path()
        .and(warp::path("play-urls"))
        .and(warp::path::end())
        .and(get())
        .and(auth.identity())
        .map(move |app, room_id, identity| answer(app, room_id, identity, &apps).into_response())
        .boxed()
}

/// Whether there is such a room is not asked: its stream has a name anyway, and plays or not.
fn answer(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    apps: &StreamApps,
) -> Result<Response, Problem> {
    let stream_app = apps.get(&app).ok_or_else(streams_not_configured)?;
    identity.check_room(&room_id)?;
    let stream = stream_name(&app, &room_id);
    Ok(secret_json(&play_urls(stream_app, &stream, clock::now())))
}
