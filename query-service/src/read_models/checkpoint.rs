//! `checkpoint`: how far the projector has come, for `?min_seq=`.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::{AppId, LogSeq};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::read_models::{ReadModels, Unavailable, unsigned};

const CHECKPOINT: &str = "SELECT seq FROM matinee.checkpoint WHERE app = $1 AND reader = $2";

/// The name under which the projector keeps its place.
const READER: &str = "projector";

/// The last answer for each app. All who ask within one `poll` share it: it is a lower bound, and a
/// thousand waiting callers ask no more than one.
#[derive(Debug)]
pub(crate) struct Projected {
    answers: Mutex<HashMap<AppId, Answer>>,
    poll: Duration,
}

#[derive(Debug)]
struct Answer {
    asked_at: Instant,
    projected: Result<LogSeq, Unavailable>,
}

impl Projected {
    pub(crate) fn new(poll: Duration) -> Self {
        Self { answers: Mutex::default(), poll }
    }
}

impl ReadModels {
    /// The commit that all rows include, as of at most one `poll` ago; 0 before the first.
    pub(crate) async fn projected(&self, app: &AppId) -> Result<LogSeq, Unavailable> {
        let mut answers = self.projected.answers.lock().await;
        if let Some(answer) = answers.get(app)
            && answer.asked_at.elapsed() < self.projected.poll
        {
            return answer.projected;
        }
        let rows = self.query(CHECKPOINT, &[&app.as_str(), &READER]).await;
        let projected = rows.map(|rows| LogSeq(rows.first().map_or(0, |row| unsigned(row.get(0)))));
        // A failure is shared as well, or those who queue here would each wait for their own.
        answers.insert(app.clone(), Answer { asked_at: Instant::now(), projected });
        projected
    }

    /// Waits until the rows include `wanted`, but not longer than `wait`; gives back what they
    /// include, and an answer that is read afterwards includes at least that.
    pub(crate) async fn projected_at_least(
        &self,
        app: &AppId,
        wanted: LogSeq,
        wait: Duration,
    ) -> Result<LogSeq, Unavailable> {
        let deadline = Instant::now() + wait;
        loop {
            let projected = self.projected(app).await?;
            if wanted <= projected || deadline <= Instant::now() {
                return Ok(projected);
            }
            tokio::time::sleep(self.projected.poll).await;
        }
    }
}
