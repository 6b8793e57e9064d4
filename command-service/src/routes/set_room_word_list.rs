//! `PUT /v1/apps/{app}/rooms/{room_id}/word-lists/{name}`: what the texts of one room are screened for.

use domain::app::set_word_list::{NewWordList, SetWordList};
use domain::command::AppCommand;
use domain::ids::{AppId, RoomId, WordListName};
use domain::limits::Limits;
use service_kit::http::{json_body, path_id, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(limits: &Limits) -> Operation {
    command(
        "put",
        "/rooms/{room_id}/word-lists/{name}",
        "What the texts of one room are screened for.",
    )
    .body::<NewWordList>()
    .bytes_max("mask", limits.mask_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("word-lists"))
        .and(path_id::<WordListName>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_room_word_list)
        .map(Reply::into_response)
        .boxed()
}

async fn set_room_word_list(
    app: AppId,
    room_id: RoomId,
    name: WordListName,
    request: Request,
    list: NewWordList,
) -> Result<Response, Problem> {
    request.check_room(&room_id)?;
    let command = SetWordList { room_id: Some(room_id), name, list };
    request.to_app(app, AppCommand::SetWordList(command)).await
}
