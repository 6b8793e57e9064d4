//! `GET /v1/apps/{app}/rooms/{room_id}/word-lists?after=&limit=&min_seq=`: the lists that a room has of its
//! own, for whoever runs it.

use domain::field::Clearance;
use domain::ids::{AppId, RoomId};
use service_kit::auth::{Auth, Identity};
use service_kit::http::room_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::hub::Reader;
use crate::problems::not_allowed;
use crate::routes::asked;
use crate::routes::word_lists::{answer, described};
use crate::service::{Service, must_exist};

pub(super) fn operation() -> Operation {
    described("/rooms/{room_id}/word-lists", "The word lists that a room has of its own.")
        .problems(&[(404, "room_not_found")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    room_path()
        .and(warp::path("word-lists"))
        .and(asked(service, auth))
        .then(room_word_lists)
        .boxed()
}

async fn room_word_lists(
    _app: AppId,
    room_id: RoomId,
    identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let hub = service.hub_for(&identity, &room_id)?;
    let answer = answer(&service, &hub, Some(&room_id), &raw).await?;
    must_exist(&hub, &room_id)?;
    if hub.clearance(&room_id, &Reader::of(&identity)) < Clearance::Assistant {
        return Err(not_allowed("only those who run the room may read this"));
    }
    Ok(answer)
}
