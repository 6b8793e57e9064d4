//! Answers the gateway, which asks for users' names and levels before it sends a command on.
//!
//! A request that cannot be answered, because it is not readable or Postgres is not there, gets no
//! answer: the gateway waits only a moment and goes on without.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ids::AppId;
use domain::view::profile::{Profile, ProfileQuery};
use nats::{IncomingRequest, Nats, RequestSubject};
use service_kit::error_chain::ErrorChain;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::read_models::ReadModels;
use crate::service::Service;

/// Pause before a subscription that failed is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Serves one app's profile requests until it is stopped.
pub(crate) async fn serve(app: AppId, nats: Nats, service: Service, stop: CancellationToken) {
    let serving = async {
        loop {
            let requests = nats.serve_requests(RequestSubject::Profiles(app.clone())).await;
            match requests {
                Ok(requests) => answer_all(&app, requests, &service).await,
                Err(error) => {
                    tracing::warn!(app.id = %app, error = %ErrorChain(&error), "profiles not served");
                }
            }
            tokio::time::sleep(RETRY).await;
        }
    };
    stop.run_until_cancelled(serving).await;
}

async fn answer_all(app: &AppId, mut requests: nats::Requests, service: &Service) {
    let answers = &service.config().answers;
    let permits = Arc::new(Semaphore::new(answers.profile_requests_max));
    let users_max = answers.profile_users_max;
    while let Some(request) = requests.next().await {
        // The semaphore is never closed.
        let Ok(permit) = permits.clone().acquire_owned().await else { return };
        let (app, read_models) = (app.clone(), service.read_models().clone());
        service.tasks().spawn("profile", async move {
            answer(&app, request, &read_models, users_max).await;
            drop(permit);
        });
    }
}

async fn answer(app: &AppId, request: IncomingRequest, read_models: &ReadModels, users_max: usize) {
    let query = match serde_json::from_slice::<ProfileQuery>(&request.payload) {
        Ok(query) if query.user_ids.len() <= users_max => query,
        Ok(query) => {
            tracing::warn!(app.id = %app, users = query.user_ids.len(), "too many profiles asked");
            return;
        }
        Err(error) => {
            tracing::warn!(app.id = %app, error = %ErrorChain(&error), "profile query unreadable");
            return;
        }
    };
    let Ok(users) = read_models.users(app, &query.user_ids).await else { return };
    let profiles: Vec<Profile> = users.into_iter().map(|user| user.profile).collect();
    let Ok(json) = serde_json::to_vec(&profiles) else { return };
    if let Err(error) = request.respond(Bytes::from(json)).await {
        tracing::debug!(app.id = %app, error = %ErrorChain(&error), "profiles not sent");
    }
}
