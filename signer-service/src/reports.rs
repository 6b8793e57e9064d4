//! What media servers report of streams, on its way to the app's sequencer.
//!
//! The id of the command follows from the report, so that one that is sent again is carried out once;
//! and a report that is no news changes nothing (`domain/src/room/report_stream.rs`).

use std::time::Duration;

use bytes::Bytes;
use domain::actor::{Actor, Role};
use domain::app::set_admins::SYSTEM_USER;
use domain::command::{Action, Command, RoomCommand};
use domain::commit::Outcome;
use domain::ids::{AppId, CommandId, RoomId, StreamSession};
use domain::room::report_stream::ReportStream;
use domain::timestamp::Timestamp;
use nats::{Nats, RequestSubject};
use service_kit::clock;
use service_kit::decided::{Answer, Reply};
use service_kit::error_chain::ErrorChain;
use service_kit::problem::Problem;
use tokio::time::{Instant, sleep};
use warp::http::StatusCode;

use crate::config::CallbacksConfig;

/// Pause before the next attempt while nobody leads the app.
const PAUSE: Duration = Duration::from_millis(200);
/// The age up to which a report's own time goes into its command id; below the ledger's window.
const ID_AGE_MS_MAX: i64 = 200_000;
/// Older reports have an id of this step.
const ID_STEP_MS: i64 = 60_000;

/// A stream of a room has begun or ended.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) app: AppId,
    pub(crate) room_id: RoomId,
    pub(crate) session: StreamSession,
    pub(crate) on: bool,
    /// When the media server saw it.
    pub(crate) at: Timestamp,
}

/// Why a report has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// The rules say no: there is no such room, or the show is over.
    Refused,
    /// Nobody has answered in time.
    Later,
}

impl From<NotTaken> for Problem {
    fn from(not_taken: NotTaken) -> Self {
        match not_taken {
            NotTaken::Refused => {
                Self::new(StatusCode::FORBIDDEN, "stream_refused", "No stream here")
                    .detail("there is no such room, or its show is over")
            }
            NotTaken::Later => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self::new(status, "log_unavailable", "Log unavailable").retry_after_s(1)
            }
        }
    }
}

/// Sends reports. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Reports {
    nats: Nats,
    timeout: Duration,
}

impl Reports {
    pub(crate) fn new(nats: &Nats, config: &CallbacksConfig) -> Self {
        Self { nats: nats.clone(), timeout: Duration::from_millis(config.report_timeout_ms) }
    }

    /// Sends a report until there is an answer or the time is up.
    pub(crate) async fn send(&self, report: &Report, now: Timestamp) -> Result<(), NotTaken> {
        // Neither can fail: the name is a user id, and a moment near now is in the range of ids.
        let command = command(report, now).ok_or(NotTaken::Refused)?;
        let payload = serde_json::to_vec(&[command]).map_err(|_not_json| NotTaken::Refused)?;
        let payload = Bytes::from(payload);
        let deadline = Instant::now() + self.timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let subject = RequestSubject::Commands(report.app.clone());
            match self.nats.request(subject, payload.clone(), left).await {
                Ok(reply) => {
                    if let Some(fate) = fate(&reply) {
                        return fate;
                    }
                }
                Err(error) => {
                    tracing::debug!(app.id = %report.app, error = %ErrorChain(&error), "not reported yet");
                }
            }
            if deadline <= Instant::now() + PAUSE {
                return Err(NotTaken::Later);
            }
            sleep(PAUSE).await;
        }
    }
}

/// What has become of the report; nothing if it is to be sent again.
fn fate(reply: &[u8]) -> Option<Result<(), NotTaken>> {
    let Ok(Reply::Answers(answers)) = serde_json::from_slice(reply) else { return None };
    Some(match answers.first()? {
        // With an old id: carried out long ago, and no news any more.
        Answer::Settled(Outcome::Accepted(_) | Outcome::AlreadySo)
        | Answer::IdTooOld(_)
        | Answer::IdReused => Ok(()),
        Answer::Settled(Outcome::Refused(_)) => Err(NotTaken::Refused),
        Answer::IdAhead(_) | Answer::Shed(_) | Answer::Undecided(_) => return None,
    })
}

fn command(report: &Report, now: Timestamp) -> Option<Command> {
    let Report { room_id, session, on, at, .. } = report;
    let id = command_id(report, now)?;
    let actor = Actor::unknown(SYSTEM_USER.parse().ok()?, Role::Admin);
    let command = ReportStream { session: session.clone(), on: *on, at: Some(*at) };
    let command = RoomCommand::ReportStream(command);
    let action = Action::Room { room_id: room_id.clone(), command };
    Some(Command { id, actor, action, screening: None })
}

fn command_id(report: &Report, now: Timestamp) -> Option<CommandId> {
    let Report { app, room_id, session, on, at } = report;
    let is_near = (now.0 - at.0).abs() <= ID_AGE_MS_MAX;
    let moment = if is_near { *at } else { Timestamp(now.0 - now.0 % ID_STEP_MS) };
    // None of them holds a line break, so no two of these make the same text.
    clock::command_id_of(moment, &format!("{app}\n{room_id}\n{session}\n{on}\n{}", at.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_report_has_the_same_id_also_when_it_is_late() {
        let report = |session: &str, on, at| Report {
            app: "shop".parse().unwrap(),
            room_id: "tea".parse().unwrap(),
            session: session.parse().unwrap(),
            on,
            at: Timestamp(at),
        };
        let at = 1_700_000_000_000;
        let id = |report: &Report, now| command_id(report, Timestamp(now)).unwrap();
        let first = report("s1", true, at);
        assert_eq!(id(&first, at), id(&first, at + ID_AGE_MS_MAX));
        let late = id(&first, at + ID_AGE_MS_MAX + 1);
        assert!(late != id(&first, at) && at < late.unix_ms() + ID_STEP_MS);
        let others = [report("s2", true, at), report("s1", false, at), report("s1", true, at + 1)];
        for other in others {
            assert_ne!(id(&other, at), id(&first, at));
        }
    }

    #[test]
    fn every_answer_has_its_fate() {
        let settled = |outcome: &str| format!(r#"{{"answers":[{{"settled":{outcome}}}]}}"#);
        let accepted = r#"{"accepted":{"room_id":"r","seq":1,"log_seq":2,"at":3}}"#;
        let refused = r#"{"refused":{"type":"room_not_found","room_id":"r"}}"#;
        for (reply, expected) in [
            (settled(accepted), Some(Ok(()))),
            (settled(r#""already_so""#), Some(Ok(()))),
            (settled(refused), Some(Err(NotTaken::Refused))),
            (r#"{"answers":[{"id_too_old":{"window_s":300}}]}"#.to_owned(), Some(Ok(()))),
            (r#"{"answers":[{"id_ahead":{"ahead_s":60}}]}"#.to_owned(), None),
            (r#""overloaded""#.to_owned(), None),
            ("?".to_owned(), None),
        ] {
            assert_eq!(fate(reply.as_bytes()), expected, "{reply}");
        }
    }
}
