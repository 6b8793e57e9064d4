//! What every command request brings besides its body, and how it is carried out.

use domain::command::{Action, AppCommand, Command, RoomCommand};
use domain::ids::{AppId, CommandId, RoomId, UserId};
use percent_encoding::percent_decode_str;
use service_kit::auth::Identity;
use service_kit::problem::Problem;
use service_kit::rejections::reject;
use warp::reply::Response;
use warp::{Filter, Rejection};

use crate::gateway::Gateway;
use crate::gateway::caller::Caller;
use crate::gateway::reply;
use crate::problems;
use crate::sequencer::answer::Answer;
use domain::actor::Role;

/// The header with the command's id.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header with which an admin acts in somebody's name; percent-encoded.
const ON_BEHALF_OF: &str = "matinee-on-behalf-of";

/// Who asks, under which id.
#[derive(Debug)]
pub struct Request {
    gateway: Gateway,
    caller: Caller,
    id: CommandId,
}

/// Filter: the request, for a route below `/v1/apps/{app}`. Stands after path and method and before
/// the body.
pub fn request(
    gateway: &Gateway,
) -> impl Filter<Extract = (Request,), Error = Rejection> + Clone + use<> {
    let (auth, gateway) = (gateway.auth.clone(), gateway.clone());
    auth.identity()
        .and(warp::header::optional::<String>(IDEMPOTENCY_KEY))
        .and(warp::header::optional::<String>(ON_BEHALF_OF))
        .and_then(move |identity, key: Option<String>, name: Option<String>| {
            let request = Request::try_new(gateway.clone(), identity, key, name);
            std::future::ready(request.map_err(reject))
        })
}

impl Request {
    pub(super) fn try_new(
        gateway: Gateway,
        identity: Identity,
        key: Option<String>,
        on_behalf_of: Option<String>,
    ) -> Result<Self, Problem> {
        let id = command_id(key)?;
        let on_behalf_of = on_behalf_of.map(|name| named_by_admin(&identity, &name)).transpose()?;
        Ok(Self { gateway, caller: Caller { identity, on_behalf_of }, id })
    }

    /// The user whose command it is.
    pub fn user(&self) -> &UserId {
        self.caller.user()
    }

    /// Makes somebody else the one who acts, which only an admin may.
    pub fn in_the_name_of(mut self, user: UserId) -> Result<Self, Problem> {
        if self.caller.user() != &user {
            if self.caller.identity.role != Role::Admin {
                return Err(problems::on_behalf_of_refused());
            }
            self.caller.on_behalf_of = Some(user);
        }
        Ok(self)
    }

    /// The id of the command: what a room without a name of its own is called after.
    pub fn command_id(&self) -> CommandId {
        self.id
    }

    /// Refuses a room that the token is not for.
    pub fn check_room(&self, room_id: &RoomId) -> Result<(), Problem> {
        self.caller.identity.check_room(room_id)
    }

    /// Carries out a command to a room.
    pub async fn to_room(
        self,
        app: AppId,
        room_id: RoomId,
        command: RoomCommand,
    ) -> Result<Response, Problem> {
        reply::response(self.answer_in_room(app, room_id, command).await?)
    }

    /// What becomes of a command to a room.
    pub(super) async fn answer_in_room(
        self,
        app: AppId,
        room_id: RoomId,
        command: RoomCommand,
    ) -> Result<Answer, Problem> {
        self.caller.identity.check_room(&room_id)?;
        let actor = self.caller.actor(&self.gateway.profiles, &app).await;
        let action = Action::Room { room_id, command };
        self.carry_out(&app, Command { id: self.id, actor, action, screening: None }).await
    }

    /// Carries out a command to the app.
    pub async fn to_app(self, app: AppId, command: AppCommand) -> Result<Response, Problem> {
        let actor = self.caller.actor(&self.gateway.profiles, &app).await;
        let action = Action::App(command);
        let command = Command { id: self.id, actor, action, screening: None };
        reply::response(self.carry_out(&app, command).await?)
    }

    async fn carry_out(&self, app: &AppId, command: Command) -> Result<Answer, Problem> {
        let answers = self.gateway.carry_out(app, vec![command]).await;
        let answer = answers.map_err(problems::not_submitted)?.pop();
        // One command, one answer: anything else is a bug of the leader.
        answer.ok_or_else(Problem::internal)
    }

    /// The gateway, for what a single route does besides.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }
}

pub(super) fn command_id(key: Option<String>) -> Result<CommandId, Problem> {
    let key = key.ok_or_else(problems::key_missing)?;
    key.parse().map_err(|_invalid| problems::key_invalid())
}

fn named_by_admin(identity: &Identity, name: &str) -> Result<UserId, Problem> {
    if identity.role != Role::Admin {
        return Err(problems::on_behalf_of_refused());
    }
    let name = percent_decode_str(name).decode_utf8().ok();
    let user = name.and_then(|name| name.parse().ok());
    user.ok_or_else(problems::on_behalf_of_refused)
}
