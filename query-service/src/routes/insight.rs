//! `GET /v1/apps/{app}/rooms/{room_id}/insight`: what was seen of a room while it was shown.
//!
//! For admins and for the host of the room. The numbers are a moment old, and what a process that was
//! killed had not written is not in them: [`crate::insight`].

use domain::field::Clearance;
use domain::ids::{AppId, RoomId};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::http::room_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::hub::Reader;
use crate::openapi::question;
use crate::problems::not_allowed;
use crate::read_models::room_insight::RoomShed;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::{Service, must_exist};

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    room_id: RoomId,
    /// Items that were left out, by class.
    shed: RoomShed,
}

pub(super) fn operation() -> Operation {
    question("/rooms/{room_id}/insight", "What was left out of a room.")
        .answer::<Answer>(200)
        .problems(&[(403, "not_allowed"), (404, "room_not_found"), (503, "history_unavailable")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path().and(warp::path("insight")).and(asked(service, auth)).then(insight).boxed()
}

async fn insight(
    app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    Query::parse(&raw, &[])?;
    let hub = service.hub_for(&identity, &room_id)?;
    must_exist(&hub, &room_id)?;
    if hub.clearance(&room_id, &Reader::of(&identity)) < Clearance::Owner {
        return Err(not_allowed("only the host of the room and an admin may read this"));
    }
    let shed = service.read_models().room_shed(&app, &room_id).await?;
    Ok(json(&Answer { room_id, shed }))
}
