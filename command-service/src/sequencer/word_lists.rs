//! The leader tells every gateway the word lists of its app: a question is held until there is
//! something new to say.
//!
//! What is told is the state after a durable commit. The lists may be larger than a message, so they
//! go in pieces; a piece belongs to one version.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::word_list::WordLists;
use nats::service::{IncomingRequest, Requests};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, watch};

/// Bytes of the lists in one answer.
const PIECE_BYTES: usize = 256 * 1024;
/// Gateways that wait for something new at the same time.
const WAITING_MAX: usize = 512;
/// The longest that a question is held.
const HOLD_MS_MAX: u64 = 5_000;

/// What a gateway asks.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ListsQuestion {
    /// The version that it has; none at the beginning.
    pub known: Option<u64>,
    /// Of the lists as JSON: from which byte.
    pub from: usize,
    /// How long to hold the question while there is nothing new.
    pub hold_ms: u64,
}

/// The first line of an answer; the piece follows.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ListsHead {
    /// Which version this is a piece of.
    pub version: u64,
    /// Bytes of all pieces; 0 if there is nothing new.
    pub bytes: usize,
}

/// Answers until the subscription ends.
pub(super) async fn serve(mut requests: Requests, lists: watch::Receiver<Arc<WordLists>>) {
    let permits = Arc::new(Semaphore::new(WAITING_MAX));
    while let Some(request) = requests.next().await {
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let lists = lists.clone();
        tokio::spawn(async move {
            answer(request, lists).await;
            drop(permit);
        });
    }
}

async fn answer(request: IncomingRequest, mut lists: watch::Receiver<Arc<WordLists>>) {
    let question = match serde_json::from_slice::<ListsQuestion>(&request.payload) {
        Ok(question) => question,
        Err(error) => {
            tracing::warn!(%error, "a question for word lists is not readable");
            return;
        }
    };
    let is_news = |lists: &Arc<WordLists>| question.known.is_none_or(|known| known < lists.version);
    let hold = Duration::from_millis(question.hold_ms.min(HOLD_MS_MAX));
    let news = match tokio::time::timeout(hold, lists.wait_for(is_news)).await {
        Ok(Ok(news)) => Some(Arc::clone(&news)),
        // The leader steps down: the next one is asked.
        Ok(Err(_closed)) => return,
        Err(_elapsed) => None,
    };
    match encode(question, news.as_deref()) {
        Ok(answer) => {
            if let Err(error) = request.respond(answer).await {
                tracing::debug!(%error, "word lists not sent");
            }
        }
        Err(error) => tracing::error!(%error, "word lists cannot be encoded"),
    }
}

fn encode(question: ListsQuestion, news: Option<&WordLists>) -> Result<Bytes, serde_json::Error> {
    let Some(lists) = news else {
        let head = ListsHead { version: question.known.unwrap_or_default(), bytes: 0 };
        return serde_json::to_vec(&head).map(Bytes::from);
    };
    let json = serde_json::to_vec(lists)?;
    let head = ListsHead { version: lists.version, bytes: json.len() };
    let mut answer = serde_json::to_vec(&head)?;
    answer.push(b'\n');
    let from = question.from.min(json.len());
    let to = (from + PIECE_BYTES).min(json.len());
    answer.extend_from_slice(&json[from..to]);
    Ok(Bytes::from(answer))
}
