//! Fetches commits from the server, checks that none is missing, decodes them ahead of the reader.
//!
//! It reads through a nameless consumer that the server forgets by itself. Whenever there is doubt
//! (silence, a lost connection, a message that did not arrive, a log that is longer than what
//! comes) it makes a new one behind the last good place, so nothing is missed and nothing comes
//! twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::pull::{self, Config};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use async_nats::jetstream::stream::Stream;
use domain::codec;
use domain::ids::{AppId, LogSeq};
use futures_util::StreamExt;
use tokio::sync::{Semaphore, mpsc};

use super::{TailCommit, TailConfig, TailError};
use crate::Cause;
use crate::client::Nats;
use crate::server_error::is_stream_not_found;

/// How long a request for commits stands before it is made again.
const PULL_EXPIRES: Duration = Duration::from_secs(30);
/// How long the server keeps a consumer that nobody pulls from.
const CONSUMER_KEPT: Duration = Duration::from_secs(30);
/// The longest pause before the next attempt.
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// After so many heartbeats without a commit the log is asked whether there is none. A consumer that
/// was forgotten over a commit still has its heartbeats.
const HEARTBEATS_TO_LOOK: u32 = 5;
/// How long bad news (gone, shorter than it was) must stand. A server that has just started or has
/// just become leader may not know better yet.
const BAD_NEWS_STANDS: Duration = Duration::from_secs(3);

type Outgoing = mpsc::Sender<Result<TailCommit, TailError>>;

pub(super) struct Pump {
    pub(super) nats: Nats,
    pub(super) stream: Stream<()>,
    pub(super) app: AppId,
    pub(super) last: LogSeq,
    pub(super) config: TailConfig,
    pub(super) room_bytes: usize,
}

/// Why reading stopped.
enum Stop {
    /// For good.
    End(TailError),
    /// Bad news that may be a mistake of a moment.
    Suspect(TailError),
    /// To be tried again.
    Interrupted(Cause),
}

impl Pump {
    pub(super) async fn run(mut self, outgoing: Outgoing, room: Arc<Semaphore>) {
        let mut pause = Duration::ZERO;
        let mut suspect_since: Option<Instant> = None;
        loop {
            let before = self.last;
            let error = match self.read(&outgoing, &room).await {
                Stop::End(error) => Some(error),
                Stop::Suspect(error) => {
                    let since = *suspect_since.get_or_insert_with(Instant::now);
                    (BAD_NEWS_STANDS <= since.elapsed()).then_some(error)
                }
                Stop::Interrupted(cause) => {
                    suspect_since = None;
                    // Once per trouble, not once per attempt.
                    if pause.is_zero() || before < self.last {
                        tracing::info!(app.id = %self.app, log.seq = self.last.0, cause, "tail interrupted");
                    }
                    None
                }
            };
            if let Some(error) = error {
                // The reader may have gone: then nobody is to be told.
                outgoing.send(Err(error)).await.ok();
                return;
            }
            if before < self.last {
                (pause, suspect_since) = (Duration::ZERO, None);
            } else {
                pause = next_pause(pause);
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Reads until something is in the way.
    async fn read(&mut self, outgoing: &Outgoing, room: &Semaphore) -> Stop {
        let mut connections = self.nats.connections.clone();
        connections.mark_unchanged();
        let mut messages = match self.open().await {
            Ok(messages) => messages,
            Err(stop) => return stop,
        };
        let mut delivered = 0;
        let mut end_seen = self.last;
        loop {
            // A new connection may be one to a server that has forgotten the consumer. The library
            // would notice too, seconds later.
            let received = tokio::select! {
                biased;
                received = messages.next() => received,
                _ = connections.changed() => return Stop::Interrupted("connected anew".into()),
                () = tokio::time::sleep(self.heartbeat() * HEARTBEATS_TO_LOOK) => {
                    // What was there at the last look had all this time to come.
                    if self.last < end_seen {
                        return Stop::Interrupted("the consumer stands still".into());
                    }
                    // Without an answer there is nothing to be behind of.
                    if let Ok(info) = self.stream.get_info().await {
                        end_seen = LogSeq(info.state.last_sequence);
                    }
                    continue;
                }
            };
            let message = match received {
                Some(Ok(message)) => message,
                Some(Err(error)) => return Stop::Interrupted(error.into()),
                None => return Stop::Interrupted("the subscription ended".into()),
            };
            let (place, delivery) = match message.info() {
                Ok(info) => (LogSeq(info.stream_sequence), info.consumer_sequence),
                Err(error) => return Stop::Interrupted(error),
            };
            if delivery != delivered + 1 {
                return Stop::Interrupted("a message did not arrive".into());
            }
            delivered = delivery;
            // Invariant: all deliveries arrived, so what is missing now is missing in the log.
            let expected = self.last.next();
            if place != expected {
                return Stop::End(TailError::Gap { expected, found: place });
            }
            let bytes = message.payload.len();
            let commit = match codec::decode(&message.payload) {
                Ok(commit) => commit,
                Err(source) => return Stop::End(TailError::Decode { seq: place, source }),
            };
            let wanted = u32::try_from(bytes.min(self.room_bytes)).unwrap_or(u32::MAX);
            match room.acquire_many(wanted).await {
                Ok(permit) => permit.forget(),
                Err(closed) => return Stop::Interrupted(closed.into()),
            }
            if outgoing.send(Ok(TailCommit { seq: place, commit, bytes })).await.is_err() {
                return Stop::End(TailError::Lost { source: "nobody reads".into() });
            }
            self.last = place;
        }
    }

    async fn open(&self) -> Result<pull::Stream, Stop> {
        if !self.nats.until_connected().await {
            return Err(Stop::Interrupted("not connected".into()));
        }
        let info = match self.stream.get_info().await {
            Ok(info) => info,
            Err(error) if is_stream_not_found(&error) => {
                return Err(Stop::Suspect(TailError::Lost { source: error.into() }));
            }
            Err(error) => return Err(Stop::Interrupted(error.into())),
        };
        let last = LogSeq(info.state.last_sequence);
        if last < self.last {
            return Err(Stop::Suspect(TailError::Shrunk { after: self.last, last }));
        }
        let consumer = self
            .stream
            .create_consumer(Config {
                deliver_policy: DeliverPolicy::ByStartSequence {
                    start_sequence: self.last.next().0,
                },
                ack_policy: AckPolicy::None,
                inactive_threshold: CONSUMER_KEPT,
                num_replicas: 1,
                memory_storage: true,
                ..Config::default()
            })
            .await
            .map_err(|error| Stop::Interrupted(error.into()))?;
        let half_of_subscription = self.nats.config.subscription_messages_max / 2;
        consumer
            .stream()
            .max_messages_per_batch(self.config.ahead_commits.clamp(2, half_of_subscription))
            .max_bytes_per_batch(self.room_bytes)
            .heartbeat(self.heartbeat())
            .expires(PULL_EXPIRES)
            .messages()
            .await
            .map_err(|error| Stop::Interrupted(error.into()))
    }

    fn heartbeat(&self) -> Duration {
        let heartbeat = Duration::from_millis(self.config.heartbeat_ms);
        heartbeat.clamp(Duration::from_millis(100), PULL_EXPIRES / 3)
    }
}

fn next_pause(pause: Duration) -> Duration {
    (pause * 2).clamp(Duration::from_millis(20), PAUSE_MAX)
}
