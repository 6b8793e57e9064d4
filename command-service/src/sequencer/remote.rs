//! Commands that other instances forward to the leader by NATS request.

use std::sync::Arc;

use bytes::Bytes;
use domain::command::Command;
use nats::service::{IncomingRequest, Requests};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc};

use super::answer::{Answer, Submission};
use super::handle::{NoAnswer, submit_to};

/// The leader's answer to a forwarded submission.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoteAnswer {
    /// One answer for each command.
    Answers(Vec<Answer>),
    /// More commands wait than may.
    Overloaded,
    /// The leader is stepping down.
    Unknown,
    /// The request was not readable, for instance because the asking instance is newer.
    Unreadable,
}

/// Answers requests until the queue closes or the subscription ends.
pub async fn serve(mut requests: Requests, queue: mpsc::Sender<Submission>, at_once_max: usize) {
    let permits = Arc::new(Semaphore::new(at_once_max));
    loop {
        // Waiting here leaves further requests in the subscription, which is bounded too.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let request = tokio::select! {
            () = queue.closed() => return,
            request = requests.next() => request,
        };
        let Some(request) = request else { return };
        let queue = queue.clone();
        tokio::spawn(async move {
            answer(request, &queue).await;
            drop(permit);
        });
    }
}

async fn answer(request: IncomingRequest, queue: &mpsc::Sender<Submission>) {
    let answer = match serde_json::from_slice::<Vec<Command>>(&request.payload) {
        Err(error) => {
            tracing::warn!(%error, "forwarded commands are not readable");
            RemoteAnswer::Unreadable
        }
        Ok(commands) => match submit_to(queue, commands).await {
            Ok(answers) => RemoteAnswer::Answers(answers),
            Err(NoAnswer::Overloaded) => RemoteAnswer::Overloaded,
            Err(NoAnswer::NotLeading | NoAnswer::Unknown) => RemoteAnswer::Unknown,
        },
    };
    match serde_json::to_vec(&answer) {
        Ok(json) => {
            if let Err(error) = request.respond(Bytes::from(json)).await {
                tracing::warn!(%error, "answer to a forwarded command not sent");
            }
        }
        Err(error) => tracing::error!(%error, "answer cannot be encoded"),
    }
}
