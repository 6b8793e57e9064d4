//! An answer as the caller sees it: 201 with its place, 200 for "already so", or a problem.

use domain::commit::{Accepted, Outcome, Told};
use domain::ids::{LogSeq, RoomId};
use domain::timestamp::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::problem::Problem;
use warp::http::StatusCode;
use warp::reply::{Reply, Response};

use crate::metrics;
use crate::problems::{self, refused, unanswered};
use crate::sequencer::answer::Answer;

/// The body of a success.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {
    /// `accepted`, or `already_so`.
    pub outcome: &'static str,
    /// The room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// The place in the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_seq: Option<u64>,
    /// The place among the app's events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_seq: Option<u64>,
    /// What `?min_seq=` of the query side takes to wait for this write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_seq: Option<LogSeq>,
    /// `true` if the message waits until somebody who runs the room has looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<bool>,
    /// Where the counter stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// The status and body of an answer, or its problem.
pub fn explain(answer: Answer) -> Result<(StatusCode, Done), Problem> {
    match answer {
        Answer::Settled(Outcome::Accepted(accepted)) => Ok((StatusCode::CREATED, done(accepted))),
        Answer::Settled(Outcome::AlreadySo) => {
            let nothing = Done {
                outcome: "already_so",
                room_id: None,
                room_seq: None,
                app_seq: None,
                log_seq: None,
                held: None,
                value: None,
                at: None,
            };
            Ok((StatusCode::OK, nothing))
        }
        Answer::Settled(Outcome::Refused(rejection)) | Answer::Undecided(rejection) => {
            metrics::refused(rejection.code());
            Err(refused(&rejection))
        }
        Answer::Shed(shed) => {
            metrics::shed(shed.class, shed.reason);
            Err(problems::shed(&shed))
        }
        Answer::IdTooOld { .. } | Answer::IdAhead { .. } | Answer::IdReused => {
            Err(unanswered(&answer))
        }
    }
}

fn done(accepted: Accepted) -> Done {
    let Accepted { room_id, seq, log_seq, at, told } = accepted;
    let (held, value) = match told {
        Some(Told::Held) => (Some(true), None),
        Some(Told::Counter(value)) => (None, Some(value)),
        None => (None, None),
    };
    let in_room = room_id.is_some();
    Done {
        outcome: "accepted",
        room_id,
        room_seq: in_room.then_some(seq),
        app_seq: (!in_room).then_some(seq),
        log_seq: Some(log_seq),
        held,
        value,
        at: Some(at),
    }
}

/// The response to one command.
pub fn response(answer: Answer) -> Result<Response, Problem> {
    let (status, done) = explain(answer)?;
    Ok(warp::reply::with_status(warp::reply::json(&done), status).into_response())
}
