//! `POST /v1/apps/{app}/rooms`: a room under an id that is made for it; the answer says which.
//!
//! The id is made of that of the command: the same command again names the same room.

use domain::command::RoomCommand;
use domain::ids::{AppId, CommandId, RoomId};
use domain::limits::Limits;
use domain::room::create_room::CreateRoom;
use service_kit::http::{app_path, json_body, post};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(limits: &Limits) -> Operation {
    command("post", "/rooms", "A room under an id that is made for it.")
        .body::<CreateRoom>()
        .bytes_max("name", limits.room_name_bytes_max)
        .bytes_max("kind", limits.room_kind_bytes_max)
        .bytes_max("cover", limits.url_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("rooms"))
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(create_generated_room)
        .map(Reply::into_response)
        .boxed()
}

async fn create_generated_room(
    app: AppId,
    request: Request,
    body: CreateRoom,
) -> Result<Response, Problem> {
    let room_id = room_id_of(request.command_id()).ok_or_else(Problem::internal)?;
    request.to_room(app, room_id, RoomCommand::CreateRoom(body)).await
}

/// `room-` and the command's id: 41 characters of the 48 that an id may have.
fn room_id_of(id: CommandId) -> Option<RoomId> {
    format!("room-{id}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_id_makes_one_room_id() {
        let id: CommandId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let made = room_id_of(id).unwrap();
        assert_eq!(made.as_str(), "room-018f0000-0000-7000-8000-000000000001");
        assert_eq!(room_id_of(id), Some(made));
    }
}
