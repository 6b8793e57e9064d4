//! `GET /v1/apps/{app}/rooms/{room_id}/push-url`: where the room's host pushes the stream to.

use std::convert::Infallible;
use std::sync::Arc;

use domain::actor::Role;
use domain::ids::{AppId, RoomId};
use service_kit::auth::{Auth, Identity, credentials};
use service_kit::clock;
use service_kit::config::Secret;
use service_kit::http::{get, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, Method};
use warp::reply::{Reply, Response};

use super::{nonce, secret_json};
use crate::config::StreamApps;
use crate::openapi::question;
use crate::owners::{RoomOwners, Unavailable};
use crate::problems::{not_allowed, nothing_to_push_to, room_not_found, streams_not_configured};
use crate::stream_name::stream_name;
use crate::urls::{Asked, PushUrls, push_urls};

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/push-url", "Where the room's host pushes the stream to.")
        .answer::<PushUrls>(200)
        .problems(&[(403, "not_allowed"), (404, "room_not_found"), (503, "owner_unavailable")])
}

pub(super) fn route(
    apps: &StreamApps,
    auth: &Auth,
    owners: &Arc<impl RoomOwners>,
) -> BoxedFilter<(Response,)> {
    let (apps, owners) = (apps.clone(), Arc::clone(owners));
    room_path()
        .and(warp::path("push-url"))
        .and(warp::path::end())
        .and(get())
        .and(auth.identity())
        .and(token())
        .then(move |app, room_id, identity, token| {
            let (apps, owners) = (apps.clone(), Arc::clone(&owners));
            async move {
                let caller = Caller { identity, token };
                push_url(app, room_id, caller, apps, &*owners).await.into_response()
            }
        })
        .boxed()
}

/// Who asks, and the token with which to ask others in their name.
struct Caller {
    identity: Identity,
    token: Secret<String>,
}

#[tracing::instrument(skip_all, fields(app.id = %app, room.id = %room_id))]
async fn push_url(
    app: AppId,
    room_id: RoomId,
    caller: Caller,
    apps: StreamApps,
    owners: &impl RoomOwners,
) -> Result<Response, Problem> {
    let stream_app = apps.get(&app).ok_or_else(streams_not_configured)?;
    may_push(&app, &room_id, &caller, owners).await?;
    let stream = stream_name(&app, &room_id);
    let asked = Asked { now: clock::now(), user: &caller.identity.user, nonce: &nonce() };
    let urls = push_urls(stream_app, &stream, asked).ok_or_else(nothing_to_push_to)?;
    Ok(secret_json(&urls))
}

/// Admins may push to any room; a host to those that they own.
async fn may_push(
    app: &AppId,
    room_id: &RoomId,
    caller: &Caller,
    owners: &impl RoomOwners,
) -> Result<(), Problem> {
    let Caller { identity, token } = caller;
    identity.check_room(room_id)?;
    match identity.role {
        // Asked all the same: the app may have a list of admins without them. A dead read side does
        // not stop the show.
        Role::Admin => match owners.owner(app, room_id, token).await {
            Err(Unavailable::Refused) => Err(not_allowed()),
            Ok(_) | Err(_) => Ok(()),
        },
        Role::Host => {
            let owner = owners.owner(app, room_id, token).await?.ok_or_else(room_not_found)?;
            if owner == identity.user { Ok(()) } else { Err(not_allowed()) }
        }
        Role::Assistant | Role::Viewer | Role::Guest => Err(not_allowed()),
    }
}

/// The token that authentication has believed.
fn token() -> impl Filter<Extract = (Secret<String>,), Error = Infallible> + Clone {
    warp::method().and(warp::header::headers_cloned()).map(|method: Method, headers: HeaderMap| {
        // Never missing here; an empty one would be refused by whoever is asked.
        Secret::new(credentials::token(&method, &headers).unwrap_or_default().to_owned())
    })
}
