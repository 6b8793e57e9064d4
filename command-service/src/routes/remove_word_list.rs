//! `DELETE /v1/apps/{app}/word-lists/{name}`: a list of the app is no more.

use domain::app::remove_word_list::RemoveWordList;
use domain::command::AppCommand;
use domain::ids::{AppId, WordListName};
use domain::limits::Limits;
use service_kit::http::{app_path, delete, path_id};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("delete", "/word-lists/{name}", "A list of the app is no more.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("word-lists"))
        .and(path_id::<WordListName>())
        .and(warp::path::end())
        .and(delete())
        .and(request(gateway))
        .then(remove_word_list)
        .map(Reply::into_response)
        .boxed()
}

async fn remove_word_list(
    app: AppId,
    name: WordListName,
    request: Request,
) -> Result<Response, Problem> {
    let command = RemoveWordList { room_id: None, name };
    request.to_app(app, AppCommand::RemoveWordList(command)).await
}
