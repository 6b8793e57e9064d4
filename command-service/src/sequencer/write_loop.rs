//! Take all that waits, decide it, append it, answer it, repeat.
//!
//! One append is in flight at a time and the next pack is what has gathered meanwhile: the pack grows
//! with the load by itself. This is the group commit that the log server lacks: it flushes the disk
//! once for each message.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use domain::command::Command;
use domain::ids::{CommandId, LogSeq};
use domain::limits::Limits;
use nats::log::{Log, Settlement};
use service_kit::clock;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::metrics;

use super::answer::{Answer, Submission};
use super::config::SequencerConfig;
use super::limiter::Limiter;
use super::pack::{Pack, PackContext, SealedPack};
use super::state::SequencerState;

/// What the loop works with.
#[derive(Debug)]
pub struct WriteLoop<'a> {
    /// The app's log.
    pub log: &'a Log,
    /// Its numbers.
    pub config: &'a SequencerConfig,
    /// The app's limits.
    pub limits: &'a Limits,
}

/// Why a leader stops writing.
#[derive(Debug, thiserror::Error)]
pub enum SteppedDown {
    /// Somebody else has appended: what is in memory is no longer the truth.
    #[error("the log has moved on without this leader")]
    Deposed,
    /// Whether the last append was stored could not be found out in time.
    #[error("the log did not say whether the last append was stored")]
    InDoubt,
}

/// A submission of which the first commands may already be packed.
#[derive(Debug)]
struct Waiting {
    commands: std::vec::IntoIter<Command>,
    answers: Vec<Answer>,
    reply: oneshot::Sender<Vec<Answer>>,
}

impl From<Submission> for Waiting {
    fn from(submission: Submission) -> Self {
        let Submission { commands, reply } = submission;
        let answers = Vec::with_capacity(commands.len());
        Self { commands: commands.into_iter(), answers, reply }
    }
}

impl WriteLoop<'_> {
    /// Writes until `stop`, or until the log belongs to somebody else. `after_commit` is called with
    /// the state after each durable commit.
    ///
    /// Whatever waits when the loop ends is dropped without an answer: the sender asks again.
    pub async fn run(
        &self,
        state: &mut SequencerState,
        queue: &mut mpsc::Receiver<Submission>,
        stop: &CancellationToken,
        mut after_commit: impl FnMut(&SequencerState),
    ) -> Result<(), SteppedDown> {
        let mut waiting: VecDeque<Waiting> = VecDeque::new();
        let mut taken: Vec<Submission> = Vec::new();
        let mut limiter = Limiter::new(self.config.limiter.clone());
        loop {
            if waiting.is_empty() {
                let max = self.config.pack_submissions_max;
                let count = tokio::select! {
                    biased;
                    () = stop.cancelled() => return Ok(()),
                    count = queue.recv_many(&mut taken, max) => count,
                };
                if count == 0 {
                    return Ok(());
                }
                waiting.extend(taken.drain(..).map(Waiting::from));
            }
            self.write_one_pack(state, &mut limiter, &mut waiting, &mut after_commit).await?;
        }
    }

    async fn write_one_pack(
        &self,
        state: &mut SequencerState,
        limiter: &mut Limiter,
        waiting: &mut VecDeque<Waiting>,
        after_commit: &mut impl FnMut(&SequencerState),
    ) -> Result<(), SteppedDown> {
        let commit_id = clock::new_command_id();
        let expected_last = state.log_seq;
        let (sealed, counts) = self.decide(state, limiter, waiting, commit_id);
        if let Some(bytes) = sealed.commit {
            let (size, began) = (bytes.len(), Instant::now());
            state.log_seq = self.append(commit_id, bytes.into(), expected_last).await?;
            let seconds = began.elapsed().as_secs_f64();
            metrics::committed(self.log.app(), sealed.events, size, seconds);
            after_commit(state);
        }
        answer(waiting, sealed.answers, &counts);
        Ok(())
    }

    /// Decides what waits, until the pack is full. The counts say how many commands of each waiting
    /// submission are in it.
    fn decide(
        &self,
        state: &mut SequencerState,
        limiter: &mut Limiter,
        waiting: &mut VecDeque<Waiting>,
        commit_id: CommandId,
    ) -> (SealedPack, Vec<usize>) {
        let context = PackContext {
            app: self.log.app(),
            commit_id,
            now: clock::now(),
            limits: self.limits,
            ledger: &self.config.ledger,
            bytes_max: self.config.pack_bytes_max,
        };
        let mut pack = Pack::new(state, limiter, context);
        let mut counts = Vec::with_capacity(waiting.len());
        for submission in waiting.iter_mut() {
            let mut count = 0;
            while pack.has_room() {
                let Some(command) = submission.commands.next() else { break };
                pack.decide(command);
                count += 1;
            }
            counts.push(count);
            if !submission.commands.as_slice().is_empty() {
                break;
            }
        }
        (pack.seal(), counts)
    }

    /// Appends, and finds out what happened when the log does not say. A timeout alone is no answer:
    /// the commit may be stored, or still on its way.
    async fn append(
        &self,
        id: CommandId,
        bytes: Bytes,
        expected_last: LogSeq,
    ) -> Result<LogSeq, SteppedDown> {
        match self.log.append(id, bytes.clone(), expected_last).await {
            Ok(log_seq) => return Ok(log_seq),
            Err(error) => tracing::warn!(%error, bytes = bytes.len(), "append not acknowledged"),
        }
        let limit = Duration::from_millis(self.config.append_doubt_ms);
        let settled = timeout(limit, self.log.settle(id, bytes, expected_last)).await;
        match settled {
            Ok(Settlement::Stored(log_seq)) => Ok(log_seq),
            Ok(Settlement::NotStored) => Err(SteppedDown::Deposed),
            Err(_elapsed) => Err(SteppedDown::InDoubt),
        }
    }
}

/// Hands out the answers of a durable pack and forgets the submissions that are complete.
fn answer(waiting: &mut VecDeque<Waiting>, answers: Vec<Answer>, counts: &[usize]) {
    let mut answers = answers.into_iter();
    for count in counts {
        let Some(submission) = waiting.front_mut() else { return };
        submission.answers.extend(answers.by_ref().take(*count));
        if submission.commands.as_slice().is_empty() {
            let Some(Waiting { answers, reply, .. }) = waiting.pop_front() else { return };
            // A caller that has gone asks again with the same id, if it still cares.
            drop(reply.send(answers));
        }
    }
}
