//! Who writes an app's log: the instance that holds the lease, from the state at the log's end.
//!
//! The lease only keeps instances from disturbing each other. What makes a second writer harmless is
//! the fence in every append.

use std::sync::Arc;
use std::time::Duration;

use domain::actor::{Actor, Role};
use domain::app::epoch::EpochStarted;
use domain::commit_writer::CommitWriter;
use domain::event::{Event, EventData, EventId};
use domain::ids::{AppId, UserId};
use domain::limits::Limits;
use domain::word_list::WordLists;
use nats::client::Nats;
use nats::lease::LeaseError;
use nats::log::{AppendError, Log};
use nats::service::RequestSubject;
use service_kit::clock;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::metrics;

use super::config::SequencerConfig;
use super::handle::Door;
use super::remote;
use super::snapshot::{self, CatchUpError};
use super::state::SequencerState;
use super::word_lists;
use super::write_loop::{SteppedDown, WriteLoop};

/// One app's candidate for leadership in this instance.
#[derive(Debug)]
pub struct Candidate {
    /// The connection.
    pub nats: Nats,
    /// The app's log.
    pub log: Log,
    /// The app.
    pub app: AppId,
    /// This instance's name, in the lease and in `epoch_started`.
    pub instance: String,
    /// Its numbers.
    pub config: SequencerConfig,
    /// The app's limits.
    pub limits: Limits,
    /// Opened while this instance leads.
    pub door: Door,
}

/// Why a term ended that was not asked to.
#[derive(Debug, thiserror::Error)]
enum TermError {
    #[error("the lease cannot be asked for")]
    Lease(#[source] LeaseError),
    #[error("the state is not known")]
    CatchUp(#[source] CatchUpError),
    #[error("the epoch could not be started")]
    Epoch(#[source] AppendError),
    #[error("commands of other instances cannot be received")]
    Requests(#[source] nats::service::ServeError),
    #[error("stepped down")]
    SteppedDown(#[source] SteppedDown),
}

/// Attempts to start an epoch: each failure means that the leader before was still writing.
const EPOCH_ATTEMPTS_MAX: u32 = 20;

impl Candidate {
    /// Leads whenever the lease is free, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.term(&stop).await {
                Ok(()) => {}
                Err(error) => {
                    let error = service_kit::error_chain::ErrorChain(&error);
                    tracing::warn!(app.id = %self.app, %error, "term as leader ended");
                }
            }
            let retry = Duration::from_millis(self.config.lease_retry_ms);
            tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(retry) => {} }
        }
    }

    /// One term, from lease to release. Returns at once if somebody else leads.
    async fn term(&self, stop: &CancellationToken) -> Result<(), TermError> {
        let acquired = self.nats.acquire_lease(&self.app, &self.instance).await;
        let Some(lease) = acquired.map_err(TermError::Lease)? else { return Ok(()) };
        // Cancelled when the lease is lost, by `stop`, and at the end of the term.
        let end = stop.child_token();
        let renew_every = Duration::from_millis(self.config.lease_renew_ms);
        let serve = async {
            let result = self.serve(&end).await;
            self.door.close();
            metrics::leads(&self.app, false);
            result
        };
        lease.during(renew_every, &end, Box::pin(serve)).await
    }

    async fn serve(&self, end: &CancellationToken) -> Result<(), TermError> {
        let mut state = snapshot::load(&self.nats, &self.app).await;
        self.start_epoch(&mut state).await?;
        let requests = self.nats.serve_requests(RequestSubject::Commands(self.app.clone())).await;
        let requests = requests.map_err(TermError::Requests)?;
        let (sender, mut queue) = self.door.open(self.config.queue_submissions_max);
        let remote = remote::serve(requests, sender, self.config.remote_requests_max);
        let remote = tokio::spawn(remote);
        let lists = self.nats.serve_requests(RequestSubject::WordLists(self.app.clone())).await;
        let lists = lists.map_err(TermError::Requests)?;
        let (word_lists, told) = watch::channel(Arc::clone(&state.app.word_lists));
        let lists = tokio::spawn(word_lists::serve(lists, told));
        tracing::info!(app.id = %self.app, epoch = state.app.epoch, log.seq = %state.log_seq, "leading");

        metrics::leads(&self.app, true);

        let mut snapshots = Snapshots::after(&state);
        let write_loop = WriteLoop { log: &self.log, config: &self.config, limits: &self.limits };
        let written = write_loop
            .run(&mut state, &mut queue, end, |state| {
                snapshots.consider(self, state);
                tell(&word_lists, &state.app.word_lists);
            })
            .await;
        remote.abort();
        lists.abort();
        written.map_err(TermError::SteppedDown)?;
        if snapshots.taken_at < state.log_seq.0 {
            snapshot::save(&self.nats, &self.app, state).await;
        }
        Ok(())
    }

    /// Catches up and writes `epoch_started`. From then on a leader before this one is fenced off.
    async fn start_epoch(&self, state: &mut SequencerState) -> Result<(), TermError> {
        let mut attempts = 0;
        loop {
            snapshot::catch_up(&self.log, state, &self.config.ledger)
                .await
                .map_err(TermError::CatchUp)?;
            let (id, epoch) = (clock::new_command_id(), state.app.epoch + 1);
            let at = clock::now().max(state.app.changed_at);
            let event = Event {
                scope: state.app.next_scope(None),
                id: EventId { command: id, index: 0 },
                at,
                actor: Actor::unknown(sequencer_user(), Role::Admin),
                data: EventData::EpochStarted(EpochStarted {
                    epoch,
                    leader: self.instance.clone(),
                }),
            };
            let mut writer = CommitWriter::new(id, epoch, at);
            writer.event(&event);
            match self.log.append(id, writer.finish(), state.log_seq).await {
                Ok(log_seq) => {
                    state.app.evolve(&event, log_seq);
                    state.log_seq = log_seq;
                    return Ok(());
                }
                // The leader before still wrote, or this append was stored and its acknowledgement
                // lost: both are in the log, and caught up with next.
                Err(error) if EPOCH_ATTEMPTS_MAX <= attempts => {
                    return Err(TermError::Epoch(error));
                }
                Err(_) => attempts += 1,
            }
        }
    }
}

/// Shows the lists to those who wait for new ones, if they have changed.
fn tell(told: &watch::Sender<Arc<WordLists>>, now: &Arc<WordLists>) {
    told.send_if_modified(|told| {
        let changed = !Arc::ptr_eq(told, now);
        if changed {
            *told = Arc::clone(now);
        }
        changed
    });
}

/// The name under which the sequencer itself stands in events.
fn sequencer_user() -> UserId {
    #[expect(clippy::expect_used, reason = "a constant that the id's own tests cover")]
    "matinee".parse().expect("a valid user id")
}

/// When the last snapshot was taken.
#[derive(Debug)]
struct Snapshots {
    taken_at: u64,
}

impl Snapshots {
    fn after(state: &SequencerState) -> Self {
        Self { taken_at: state.log_seq.0 }
    }

    /// Starts a snapshot in the background when enough commits have passed. Cloning the state holds
    /// the loop up for as long as the state is large; encoding and sending do not.
    fn consider(&mut self, candidate: &Candidate, state: &SequencerState) {
        if state.log_seq.0 < self.taken_at + candidate.config.snapshot_every_commits {
            return;
        }
        self.taken_at = state.log_seq.0;
        let (nats, app, state) = (candidate.nats.clone(), candidate.app.clone(), state.clone());
        tokio::spawn(async move { snapshot::save(&nats, &app, state).await });
    }
}
