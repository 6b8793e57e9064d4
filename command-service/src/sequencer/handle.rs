//! The way into an app's sequencer, when it leads in this instance.

use domain::command::Command;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

use super::answer::{Answer, Submission};

/// The sender's end; there is a queue in it only while this instance leads the app.
#[derive(Debug, Clone)]
pub struct SequencerHandle {
    queue: watch::Receiver<Option<mpsc::Sender<Submission>>>,
}

/// Why a submission got no answer from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// Another instance leads, or none does yet.
    NotLeading,
    /// More commands wait than may: nothing was done.
    Overloaded,
    /// The leader stepped down meanwhile: nobody knows. The same ids may be sent again.
    Unknown,
}

/// The leader's end of a [`SequencerHandle`].
#[derive(Debug)]
pub struct Door {
    queue: watch::Sender<Option<mpsc::Sender<Submission>>>,
}

/// A door that is closed until somebody leads, and the handle that goes through it.
pub fn door() -> (Door, SequencerHandle) {
    let (sender, receiver) = watch::channel(None);
    (Door { queue: sender }, SequencerHandle { queue: receiver })
}

impl Door {
    /// Lets submissions in, at most `submissions_max` waiting, until [`Door::close`].
    pub fn open(
        &self,
        submissions_max: usize,
    ) -> (mpsc::Sender<Submission>, mpsc::Receiver<Submission>) {
        let (sender, receiver) = mpsc::channel(submissions_max);
        self.queue.send_replace(Some(sender.clone()));
        (sender, receiver)
    }

    /// Lets nothing in any more.
    pub fn close(&self) {
        self.queue.send_replace(None);
    }
}

impl SequencerHandle {
    /// Whether this instance leads the app now.
    pub fn leads(&self) -> bool {
        self.queue.borrow().is_some()
    }

    /// Sends commands and waits until their answers are durable.
    pub async fn submit(&self, commands: Vec<Command>) -> Result<Vec<Answer>, NoAnswer> {
        let queue = self.queue.borrow().clone().ok_or(NoAnswer::NotLeading)?;
        submit_to(&queue, commands).await
    }
}

/// Sends commands into an open queue and waits for their answers.
pub(super) async fn submit_to(
    queue: &mpsc::Sender<Submission>,
    commands: Vec<Command>,
) -> Result<Vec<Answer>, NoAnswer> {
    let (reply, answers) = oneshot::channel();
    match queue.try_send(Submission { commands, reply }) {
        Ok(()) => answers.await.map_err(|_dropped| NoAnswer::Unknown),
        Err(TrySendError::Full(_)) => Err(NoAnswer::Overloaded),
        Err(TrySendError::Closed(_)) => Err(NoAnswer::NotLeading),
    }
}
