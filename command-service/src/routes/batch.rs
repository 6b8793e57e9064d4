//! `POST /v1/apps/{app}/batch`: many commands of the merchant's servers in one request, one JSON
//! object a line in, one a line out, in order.
//!
//! A line is `{"id": <UUIDv7>, "user_id"?: <in whose name>, "action": {"room": {"room_id", "command":
//! {"type": "send_message", ..}}}}` or `{.., "action": {"app": {"type": "define_gift", ..}}}`. Its
//! answer is `{"id", "status", ..}` with the members of the single route's answer or of its problem. A
//! line that cannot be read gets its own problem; the others are carried out.

use bytes::Bytes;
use domain::actor::Role;
use domain::command::{Action, Command};
use domain::ids::{AppId, CommandId, UserId};
use domain::limits::Limits;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use service_kit::auth::Identity;
use service_kit::http::body::parse_json;
use service_kit::http::{app_path, limited_body, post};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::http::header::CONTENT_TYPE;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::caller::Caller;
use crate::gateway::reply::explain;
use crate::problems::not_submitted;

/// A JSON object a line.
const NDJSON: &str = "application/x-ndjson";

/// Commands that are decided together; the next are submitted when these are durable.
const CHUNK_COMMANDS: usize = 1_000;

/// One command.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Line {
    id: CommandId,
    #[serde(default)]
    user_id: Option<UserId>,
    action: Action,
}

pub(super) fn operation(_limits: &Limits) -> Operation {
    Operation::new("post", "/batch", "Many commands, one JSON object a line.")
        .body_of::<Line>(NDJSON, true)
        .answer_of(200, NDJSON, None)
        .problems(&[(403, "not_allowed"), (413, "batch_too_long")])
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    let with_gateway = {
        let gateway = gateway.clone();
        warp::any().map(move || gateway.clone())
    };
    app_path()
        .and(warp::path("batch"))
        .and(warp::path::end())
        .and(post())
        .and(gateway.auth.identity())
        .and(limited_body(gateway.config.batch_bytes_max, NDJSON))
        .and(with_gateway)
        .then(batch)
        .map(Reply::into_response)
        .boxed()
}

async fn batch(
    app: AppId,
    identity: Identity,
    body: Bytes,
    gateway: Gateway,
) -> Result<Response, Problem> {
    if identity.role != Role::Admin {
        return Err(Problem::new(StatusCode::FORBIDDEN, "not_allowed", "Not allowed")
            .detail("only an admin may send a batch"));
    }
    let lines: Vec<&[u8]> = split_lines(&body).collect();
    let max = gateway.config.batch_lines_max;
    if max < lines.len() {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Err(Problem::new(status, "batch_too_long", "Batch too long").with("lines_max", max));
    }
    let mut answers = Vec::with_capacity(lines.len() * 128);
    for chunk in lines.chunks(CHUNK_COMMANDS) {
        for answer in carry_out(&app, &identity, chunk, &gateway).await {
            answers.extend_from_slice(answer.to_string().as_bytes());
            answers.push(b'\n');
        }
    }
    let mut response = Response::new(answers.into());
    let ndjson = warp::http::HeaderValue::from_static(NDJSON);
    response.headers_mut().insert(CONTENT_TYPE, ndjson);
    Ok(response)
}

/// Lines with something on them.
fn split_lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty())
}

async fn carry_out(
    app: &AppId,
    identity: &Identity,
    lines: &[&[u8]],
    gateway: &Gateway,
) -> Vec<Value> {
    let lines: Vec<Result<Line, Problem>> = lines.iter().map(|line| parse_json(line)).collect();
    let users: Vec<UserId> = {
        let read = lines.iter().filter_map(|line| line.as_ref().ok());
        let mut users: Vec<UserId> = read
            .map(|line| line.user_id.clone().unwrap_or_else(|| identity.user.clone()))
            .collect();
        users.sort_unstable();
        users.dedup();
        users
    };
    let profiles = gateway.profiles.get_all(app, &users).await;

    let mut commands = Vec::with_capacity(lines.len());
    let ids: Vec<Result<CommandId, Problem>> = lines
        .into_iter()
        .map(|line| {
            let Line { id, user_id, action } = line?;
            let on_behalf_of = user_id.filter(|user| *user != identity.user);
            let caller = Caller { identity: identity.clone(), on_behalf_of };
            if let Action::Room { room_id, .. } = &action {
                identity.check_room(room_id)?;
            }
            let actor = caller.actor_with(profiles.get(caller.user()).cloned());
            commands.push(Command { id, actor, action, screening: None });
            Ok(id)
        })
        .collect();
    // A chunk of lines of which none can be read has nothing to submit.
    let submitted = if commands.is_empty() {
        Ok(Vec::new())
    } else {
        gateway.carry_out(app, commands).await.map_err(not_submitted)
    };
    let mut answers = submitted.map(Vec::into_iter);
    ids.into_iter()
        .map(|id| {
            let id = match id {
                Ok(id) => id,
                Err(problem) => return with_id(None, problem.to_json()),
            };
            let answer = match &mut answers {
                Ok(answers) => answers.next().ok_or_else(Problem::internal).and_then(explain),
                Err(problem) => Err(problem.clone()),
            };
            match answer {
                Ok((status, done)) => {
                    let mut json = json!(done);
                    json["status"] = status.as_u16().into();
                    with_id(Some(id), json)
                }
                Err(problem) => with_id(Some(id), problem.to_json()),
            }
        })
        .collect()
}

fn with_id(id: Option<CommandId>, mut json: Value) -> Value {
    json["id"] = json!(id);
    json
}
