//! Keeps the rules of one app as the log has its lists: asks the leader, who answers when there is
//! something new, and compiles what comes.
//!
//! Every instance asks in the same way, the one that leads too. While nobody answers nobody decides
//! either, and the last lists hold.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ids::AppId;
use domain::word_list::WordLists;
use filter::rules::{Defaults, Rules};
use nats::client::Nats;
use nats::service::{RequestError, RequestSubject};
use service_kit::error_chain::ErrorChain;
use tokio::sync::watch;

use crate::gateway::screen::config::FilterConfig;
use crate::sequencer::word_lists::{ListsHead, ListsQuestion};

/// Time for an answer besides the time that the leader holds the question.
const ANSWER: Duration = Duration::from_secs(1);
/// Bytes of an app's lists as JSON; more is a mistake somewhere.
const LISTS_BYTES_MAX: usize = 256 << 20;

/// One app, followed.
pub(super) struct Follower {
    pub(super) app: AppId,
    pub(super) nats: Nats,
    pub(super) config: Arc<FilterConfig>,
    pub(super) defaults: Arc<Defaults>,
    pub(super) rules: watch::Sender<Option<Arc<Rules>>>,
}

/// Why there are no new lists.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("no answer")]
    Request(#[source] RequestError),
    #[error("the answer is not readable")]
    Json(#[source] serde_json::Error),
    #[error("the lists changed between two pieces, or are too large")]
    Pieces,
}

impl Follower {
    /// Follows until dropped.
    pub(super) async fn run(self) {
        let mut known = None;
        loop {
            match self.ask(known).await {
                Ok(Some(lists)) => {
                    let version = lists.version;
                    if self.compile(lists).await {
                        tracing::debug!(app.id = %self.app, version, "word lists compiled");
                    }
                    // Lists that cannot be compiled are not asked for again and again.
                    known = Some(version);
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(app.id = %self.app, error = %ErrorChain(&error), "no word lists");
                    drop(error);
                    tokio::time::sleep(Duration::from_millis(self.config.retry_ms)).await;
                }
            }
        }
    }

    async fn ask(&self, known: Option<u64>) -> Result<Option<WordLists>, AskError> {
        let mut json: Vec<u8> = vec![];
        let mut version = None;
        loop {
            let question = ListsQuestion { known, from: json.len(), hold_ms: self.config.hold_ms };
            let payload = Bytes::from(serde_json::to_vec(&question).map_err(AskError::Json)?);
            let subject = RequestSubject::WordLists(self.app.clone());
            let timeout = Duration::from_millis(self.config.hold_ms) + ANSWER;
            let answer = self.nats.request(subject, payload, timeout).await;
            let answer = answer.map_err(AskError::Request)?;
            let line = answer.iter().position(|byte| *byte == b'\n').unwrap_or(answer.len());
            let head: ListsHead =
                serde_json::from_slice(&answer[..line]).map_err(AskError::Json)?;
            if head.bytes == 0 {
                return Ok(None);
            }
            let piece = answer.get(line + 1..).unwrap_or_default();
            let is_other = version.is_some_and(|version| version != head.version);
            if is_other || piece.is_empty() || LISTS_BYTES_MAX < head.bytes {
                return Err(AskError::Pieces);
            }
            version = Some(head.version);
            json.extend_from_slice(piece);
            if head.bytes <= json.len() {
                return serde_json::from_slice(&json).map(Some).map_err(AskError::Json);
            }
        }
    }

    /// Compiles away from the threads that serve requests, and lets the new rules hold from then on.
    async fn compile(&self, lists: WordLists) -> bool {
        let (defaults, before) = (Arc::clone(&self.defaults), self.rules.borrow().clone());
        let compiled =
            tokio::task::spawn_blocking(move || Rules::new(defaults, &lists, before.as_deref()));
        match compiled.await {
            Ok(Ok(rules)) => {
                self.rules.send_replace(Some(Arc::new(rules)));
                true
            }
            Ok(Err(error)) => {
                let error = ErrorChain(&error);
                tracing::error!(app.id = %self.app, %error, "word lists not compiled");
                false
            }
            Err(error) => {
                tracing::error!(app.id = %self.app, %error, "word lists not compiled");
                false
            }
        }
    }
}
