//! `DELETE /v1/apps/{app}/rooms/{room_id}/word-lists/{name}`: a list of the room is no more.

use domain::app::remove_word_list::RemoveWordList;
use domain::command::AppCommand;
use domain::ids::{AppId, RoomId, WordListName};
use domain::limits::Limits;
use service_kit::http::{delete, path_id, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("delete", "/rooms/{room_id}/word-lists/{name}", "A list of the room is no more.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("word-lists"))
        .and(path_id::<WordListName>())
        .and(warp::path::end())
        .and(delete())
        .and(request(gateway))
        .then(remove_room_word_list)
        .map(Reply::into_response)
        .boxed()
}

async fn remove_room_word_list(
    app: AppId,
    room_id: RoomId,
    name: WordListName,
    request: Request,
) -> Result<Response, Problem> {
    request.check_room(&room_id)?;
    let command = RemoveWordList { room_id: Some(room_id), name };
    request.to_app(app, AppCommand::RemoveWordList(command)).await
}
