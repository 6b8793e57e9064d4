//! `PUT /v1/apps/{app}/rooms/{room_id}/stream`: a media server saw the stream begin or end.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::report_stream::ReportStream;
use service_kit::http::{json_body, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    let summary = "A media server saw the stream begin or end; the status follows.";
    command("put", "/rooms/{room_id}/stream", summary).body::<ReportStream>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("stream"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(report_stream)
        .map(Reply::into_response)
        .boxed()
}

async fn report_stream(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: ReportStream,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::ReportStream(body)).await
}
