//! From the lines of a recording to the calls that play it.

use std::collections::BTreeMap;

use domain::ids::{InvalidId, RoomId, UserId};
use reqwest::Method;
use serde_json::json;

use crate::recording::line::{Kind, Line};
use crate::recording::sums::Sums;
use crate::recording::types::Types;
use crate::replay::call::{Call, Caller};
use crate::replay::planner::Planner;

/// The host of a recording that names none.
const HOST: &str = "replay-host";
/// What a room's name may have.
const ROOM_NAME_BYTES: usize = 30;

/// Everything to send, in order.
#[derive(Debug)]
pub struct Plan {
    /// The room of this replay.
    pub room_id: RoomId,
    /// What the recording says.
    pub recorded: Sums,
    /// The events that come of it, the opening of the room included.
    pub types: Types,
    /// People and gifts, in any order.
    pub preparations: Vec<Call>,
    /// The room, one after the other.
    pub opening: Vec<Call>,
    /// Each is answered as a whole before the next begins: a change of status must neither overtake
    /// what was sent before it nor be overtaken.
    pub scenes: Vec<Vec<Step>>,
}

/// One call at its time.
#[derive(Debug)]
pub struct Step {
    /// Milliseconds in the recording.
    pub at_ms: u64,
    /// Steps of one user keep their order.
    pub user: UserId,
    /// What to send.
    pub call: Call,
    /// What it adds to the sums when it is accepted.
    pub sums: Sums,
    /// What later calls call its answer.
    pub name: Option<String>,
}

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A name in it that cannot be an id here.
    #[error("line {line} names something that cannot be an id")]
    Id {
        /// Which line.
        line: u64,
        /// What is wrong.
        source: InvalidId,
    },
    /// No lines.
    #[error("the recording is empty")]
    Empty,
}

impl Plan {
    /// The calls for a recording. Mutes get shorter with `speed`; `run` keeps the room apart from
    /// those of other replays.
    pub fn new(lines: &[Line], speed: f64, run: &str) -> Result<Self, PlanError> {
        let first = lines.first().ok_or(PlanError::Empty)?;
        let id = |source| PlanError::Id { line: first.n, source };
        let room_id: RoomId = format!("{}-{run}", first.room).parse().map_err(id)?;
        let host = lines.iter().find(|line| by_host(&line.kind)).map_or(HOST, |line| &line.user);
        let host: UserId = host.parse().map_err(id)?;
        let mut planner = Planner::new(speed, room_id.clone(), host.clone());
        for line in lines {
            planner.line(line).map_err(|source| PlanError::Id { line: line.n, source })?;
        }
        let mut preparations = planner.define_gifts();
        preparations.extend(register_users(lines, &host));
        let opening = open_room(&room_id, &host, &first.room, lines);
        let recorded = Sums::of_recording(lines);
        let mut types = Types::of_recording(lines);
        types.add("room_created", 1);
        types.add("room_status_changed", opening.len() as u64 - 1);
        Ok(Self { room_id, recorded, types, preparations, opening, scenes: planner.scenes })
    }

    /// How many lines are sent.
    pub fn steps(&self) -> usize {
        self.scenes.iter().map(Vec::len).sum()
    }
}

fn by_host(kind: &Kind) -> bool {
    matches!(kind, Kind::Status { .. } | Kind::Product { .. } | Kind::Spotlight { .. })
}

/// Nicks are those of a recording, else the ids.
fn register_users(lines: &[Line], host: &UserId) -> Vec<Call> {
    let mut nicks = BTreeMap::from([(host.as_str(), host.as_str())]);
    for line in lines {
        nicks.insert(&line.user, line.nick.as_deref().unwrap_or(&line.user));
    }
    nicks
        .into_iter()
        .map(|(user, nick)| {
            let body = json!({ "nick": nick });
            Call::new(Caller::Admin, Method::PUT, &["users", user], body)
        })
        .collect()
}

fn open_room(room_id: &RoomId, host: &UserId, name: &str, lines: &[Line]) -> Vec<Call> {
    let mut name = name.to_owned();
    while ROOM_NAME_BYTES < name.len() {
        name.pop();
    }
    let room = ["rooms", room_id.as_str()];
    let body = json!({ "name": name, "owner": host });
    let mut opening = vec![Call::new(Caller::Admin, Method::PUT, &room, body)];
    // A recording that knows the status of its room says itself when the show begins.
    if !lines.iter().any(|line| matches!(line.kind, Kind::Status { .. })) {
        let path = ["rooms", room_id.as_str(), "status"];
        let body = json!({ "status": "live" });
        opening.push(Call::new(Caller::Host(host.clone()), Method::PUT, &path, body));
    }
    opening
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::line::Gift;
    use crate::show;

    fn line(n: u64, user: &str, kind: Kind) -> Line {
        Line { n, t_ms: n * 1_000, room: "r".into(), user: user.into(), nick: None, kind }
    }

    fn chat(n: u64, user: &str) -> Line {
        line(n, user, Kind::Chat { text: "hi".into() })
    }

    #[test]
    fn somebody_who_speaks_after_a_mute_is_unmuted_first() {
        let timeout = Kind::Moderation {
            action: crate::recording::line::ModerationAction::Timeout,
            seconds: 60,
        };
        let lines = [chat(1, "ann"), line(2, "ann", timeout), chat(3, "bob"), chat(70, "ann")];

        let plan = Plan::new(&lines, 20.0, "x").unwrap();

        let calls: Vec<(&Method, &str)> =
            plan.scenes[0].iter().map(|step| (&step.call.method, &*step.call.path[2])).collect();
        let (post, put, delete) = (&Method::POST, &Method::PUT, &Method::DELETE);
        assert_eq!(
            calls,
            [
                (post, "messages"),
                (put, "mutes"),
                (post, "messages"),
                (delete, "mutes"),
                (post, "messages")
            ]
        );
        assert_eq!(plan.scenes[0][1].call.body, Some(json!({ "seconds": 3 })));
    }

    #[test]
    fn a_gift_at_two_prices_is_two_gifts() {
        let gift =
            |unit_price| Kind::Gift { gift: Gift { name: "g".into(), count: 1, unit_price } };
        let lines = [line(1, "a", gift(1)), line(2, "a", gift(2)), line(3, "a", gift(1))];

        let plan = Plan::new(&lines, 1.0, "x").unwrap();

        let ids: Vec<_> = plan.scenes[0]
            .iter()
            .map(|step| step.call.body.as_ref().unwrap()["gift_id"].clone())
            .collect();
        assert_eq!(ids, ["g", "g (2)", "g"]);
    }

    #[test]
    fn a_show_begins_and_ends_in_scenes_of_their_own() {
        let lines = show::generate(show::DEFAULT_SEED);
        let plan = Plan::new(&lines, 20.0, "x").unwrap();

        let lengths: Vec<usize> = plan.scenes.iter().map(Vec::len).collect();
        // The products and the preparations; live; a break between two halves; ended; replay; the
        // archive.
        assert_eq!((lengths.len(), lengths[0], lengths[1]), (11, 16, 1));
        assert_eq!((lengths[3], lengths[4], lengths[5]), (1, 13 - 1, 1));
        assert_eq!(lengths[7..], [1, 0, 1, 1]);
        assert_eq!(plan.opening.len(), 1);
        assert_eq!(plan.room_id.as_str(), "tea-room-x");
    }
}
