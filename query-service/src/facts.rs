//! Answers the gateway, which asks what a decision needs and only read models know.
//!
//! As [`crate::profiles`]: a request that cannot be answered gets no answer, and what was asked for is not
//! known then.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ids::AppId;
use domain::view::known_facts::FactQuery;
use nats::{IncomingRequest, Nats, RequestSubject};
use service_kit::error_chain::ErrorChain;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::read_models::ReadModels;
use crate::service::Service;

/// Pause before a subscription that failed is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Serves one app's requests until it is stopped.
pub(crate) async fn serve(app: AppId, nats: Nats, service: Service, stop: CancellationToken) {
    let serving = async {
        loop {
            match nats.serve_requests(RequestSubject::Facts(app.clone())).await {
                Ok(requests) => answer_all(&app, requests, &service).await,
                Err(error) => {
                    tracing::warn!(app.id = %app, error = %ErrorChain(&error), "facts not served");
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
    while let Some(request) = requests.next().await {
        // The semaphore is never closed.
        let Ok(permit) = permits.clone().acquire_owned().await else { return };
        let (app, read_models) = (app.clone(), service.read_models().clone());
        service.tasks().spawn("facts", async move {
            answer(&app, request, &read_models).await;
            drop(permit);
        });
    }
}

async fn answer(app: &AppId, request: IncomingRequest, read_models: &ReadModels) {
    let query = match serde_json::from_slice::<FactQuery>(&request.payload) {
        Ok(query) if query.len() <= FactQuery::LEN_MAX => query,
        Ok(query) => {
            tracing::warn!(app.id = %app, facts = query.len(), "too many facts asked");
            return;
        }
        Err(error) => {
            tracing::warn!(app.id = %app, error = %ErrorChain(&error), "fact query unreadable");
            return;
        }
    };
    let Ok(known) = read_models.known_facts(app, &query).await else { return };
    let Ok(json) = serde_json::to_vec(&known) else { return };
    if let Err(error) = request.respond(Bytes::from(json)).await {
        tracing::debug!(app.id = %app, error = %ErrorChain(&error), "facts not sent");
    }
}
