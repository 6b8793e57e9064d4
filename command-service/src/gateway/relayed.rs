//! Commands that came in over a WebSocket: the query-service relays them, and here they go the way of
//! a request, with the same refusals and the same answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::command::RoomCommand;
use nats::client::Nats;
use nats::service::{IncomingRequest, RequestSubject, Requests};
use serde_json::json;
use serde_json::value::to_raw_value;
use service_kit::clock;
use service_kit::error_chain::ErrorChain;
use service_kit::http::body::parse_json;
use service_kit::problem::Problem;
use service_kit::relayed::{Relayed, RelayedAnswer};
use service_kit::tasks::Tasks;
use tokio::sync::Semaphore;
use warp::http::StatusCode;

use crate::gateway::Gateway;
use crate::gateway::reply::{Done, explain};
use crate::gateway::request::Request;

/// Pause before a subscription that failed is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Serves relayed commands, of all apps, until shutdown.
pub(crate) async fn serve(gateway: Gateway, nats: Nats, tasks: Tasks) {
    let serving = async {
        loop {
            match nats.serve_requests(RequestSubject::Gateway).await {
                Ok(requests) => answer_all(requests, &gateway, &tasks).await,
                Err(error) => {
                    tracing::warn!(error = %ErrorChain(&error), "relayed commands not served");
                }
            }
            tokio::time::sleep(RETRY).await;
        }
    };
    tasks.shutdown_token().run_until_cancelled(serving).await;
}

async fn answer_all(mut requests: Requests, gateway: &Gateway, tasks: &Tasks) {
    let permits = Arc::new(Semaphore::new(gateway.config.relayed_max));
    loop {
        // Waiting here leaves further requests in the subscription, which is bounded too.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let Some(request) = requests.next().await else { return };
        let gateway = gateway.clone();
        tasks.spawn("relayed command", async move {
            answer(&gateway, request).await;
            drop(permit);
        });
    }
}

async fn answer(gateway: &Gateway, request: IncomingRequest) {
    let relayed = match serde_json::from_slice::<Relayed>(&request.payload) {
        Ok(relayed) => relayed,
        Err(error) => {
            tracing::warn!(error = %ErrorChain(&error), "relayed command unreadable");
            return;
        }
    };
    let (status, body) = match Box::pin(carry_out(gateway, relayed)).await {
        Ok((status, done)) => (status, json!(done)),
        Err(problem) => (problem.status(), problem.to_json()),
    };
    let encoded = to_raw_value(&body)
        .and_then(|body| serde_json::to_vec(&RelayedAnswer { status: status.as_u16(), body }));
    // Values are always JSON.
    let Ok(encoded) = encoded else { return };
    if let Err(error) = request.respond(Bytes::from(encoded)).await {
        tracing::debug!(error = %ErrorChain(&error), "answer to a relayed command not sent");
    }
}

async fn carry_out(gateway: &Gateway, relayed: Relayed) -> Result<(StatusCode, Done), Problem> {
    let Relayed { app, room_id, token, id, command } = relayed;
    let identity = gateway.auth.verify(&app, &token, clock::now())?;
    let request = Request::try_new(gateway.clone(), identity, id, None)?;
    let command: RoomCommand = parse_json(command.get().as_bytes())?;
    explain(request.answer_in_room(app, room_id, command).await?)
}
