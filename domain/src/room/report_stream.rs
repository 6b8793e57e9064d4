//! `ReportStream` → `stream_reported`: a media server says that the room's stream began or ended, and
//! the status follows.
//!
//! Reports come late, twice and out of order: each names the session of the pushing program, and one
//! that is no news leaves no trace. The signer-service sends them (`signer-service/src/reports.rs`); a
//! merchant with a media server of another kind may do it as well.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::StreamSession;
use crate::rejection::Rejection;
use crate::room::change_room_status::RoomStatusChanged;
use crate::room::permission::is_trusted;
use crate::room::state::Room;
use crate::room::status::RoomStatus;
use crate::state::Context;
use crate::timestamp::Timestamp;

/// Only from a trusted caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportStream {
    /// One connection of a pushing program, as the media server calls it.
    pub session: StreamSession,
    /// Whether it began; else it ended.
    pub on: bool,
    /// When the media server saw it; absent, or in the future, is now.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// The stream is on from then on, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct StreamReported {
    pub session: StreamSession,
    pub on: bool,
    pub at: Timestamp,
}

/// What a room remembers of its stream: the newest session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    session: StreamSession,
    on: bool,
    /// When the newest session that is known to have begun did so.
    began_at: Timestamp,
    /// The time of the newest report.
    heard_at: Timestamp,
}

impl Stream {
    /// Folds a report in.
    pub(crate) fn after(before: Option<&Self>, reported: &StreamReported) -> Self {
        let StreamReported { session, on, at } = reported;
        let (began_at, heard_at) =
            before.map_or_else(Default::default, |known| (known.began_at, known.heard_at));
        Self {
            session: session.clone(),
            on: *on,
            began_at: if *on { *at } else { began_at },
            heard_at: heard_at.max(*at),
        }
    }

    fn is_news(&self, session: &StreamSession, on: bool, at: Timestamp) -> bool {
        match (self.session == *session, on) {
            // Some servers count anew when they start again: later is another session.
            (true, true) => self.heard_at < at,
            (true, false) => self.on,
            // The beginning of an older session comes late.
            (false, true) => self.began_at <= at,
            // While another session is on, the end of an older one comes late. Else it has overtaken
            // its own beginning, which is to be known when that comes.
            (false, false) => !self.on && self.heard_at <= at,
        }
    }
}

pub(crate) fn report_stream(
    room: &Room,
    actor: &Actor,
    command: ReportStream,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let ReportStream { session, on, at } = command;
    is_trusted(actor)?;
    let at = at.unwrap_or(context.now).min(context.now);
    let from = room.status;
    if on && !from.is_open() {
        return Err(Rejection::RoomClosed { status: from });
    }
    let known = room.stream.as_ref();
    if known.is_some_and(|known| !known.is_news(&session, on, at)) {
        return Ok(vec![]);
    }
    let ends = !on && known.is_some_and(|known| known.on && known.session == session);
    let to = match from {
        RoomStatus::Scheduled | RoomStatus::Paused if on => Some(RoomStatus::Live),
        RoomStatus::Live if ends => Some(RoomStatus::Paused),
        RoomStatus::Scheduled
        | RoomStatus::Live
        | RoomStatus::Paused
        | RoomStatus::Ended
        | RoomStatus::Replay => None,
    };
    let mut events = vec![EventData::StreamReported(StreamReported { session, on, at })];
    events.extend(to.map(|to| EventData::RoomStatusChanged(RoomStatusChanged { from, to })));
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, admin, host, viewer};
    use RoomStatus::{Ended, Live, Paused, Replay, Scheduled};

    fn reported(session: &str, on: bool, at: i64) -> EventData {
        let session = session.parse().unwrap();
        EventData::StreamReported(StreamReported { session, on, at: Timestamp(at) })
    }

    fn report(session: &str, on: bool, at: i64) -> RoomCommand {
        let session = session.parse().unwrap();
        RoomCommand::ReportStream(ReportStream { session, on, at: Some(Timestamp(at)) })
    }

    fn changed(from: RoomStatus, to: RoomStatus) -> EventData {
        EventData::RoomStatusChanged(RoomStatusChanged { from, to })
    }

    /// A room after these reports, with this status.
    fn after(reports: &[(&str, bool, i64)], status: RoomStatus) -> Given {
        let reports = reports.iter().map(|(session, on, at)| reported(session, *on, *at));
        Given::room().and_in_room(reports.chain([changed(Scheduled, status)]))
    }

    #[test]
    fn the_status_follows_the_stream() {
        let begun = || report("s1", true, 10);
        let first = [reported("s1", true, 10), changed(Scheduled, Live)];
        Given::room().when(admin(), begun()).then(first);
        let ended = [reported("s1", false, 20), changed(Live, Paused)];
        after(&[("s1", true, 10)], Live).when(admin(), report("s1", false, 20)).then(ended);
        let back = [reported("s2", true, 30), changed(Paused, Live)];
        after(&[("s1", true, 10), ("s1", false, 20)], Paused)
            .when(admin(), report("s2", true, 30))
            .then(back);
        // The host was quicker, or has changed it by hand.
        after(&[], Live).when(admin(), begun()).then([reported("s1", true, 10)]);
        let paused = after(&[("s1", true, 10)], Paused);
        paused.when(admin(), report("s1", false, 20)).then([reported("s1", false, 20)]);
    }

    #[test]
    fn the_end_of_a_show_is_final_whatever_the_stream_does() {
        for over in [Ended, Replay] {
            after(&[], over).when(admin(), report("s1", true, 10)).then_refused("room_closed");
            let on = after(&[("s1", true, 10)], over);
            on.when(admin(), report("s1", false, 20)).then([reported("s1", false, 20)]);
        }
    }

    #[test]
    fn what_comes_twice_or_late_leaves_no_trace() {
        // The same again, and the end of the session before.
        let on = || after(&[("s1", true, 10), ("s2", true, 30)], Live);
        on().when(admin(), report("s2", true, 30)).then([]);
        on().when(admin(), report("s1", false, 40)).then([]);
        on().when(admin(), report("s1", true, 10)).then([]);
        on().when(admin(), report("s2", false, 30))
            .then([reported("s2", false, 30), changed(Live, Paused)]);
        let off = || after(&[("s2", true, 30), ("s2", false, 40)], Paused);
        off().when(admin(), report("s2", false, 40)).then([]);
        // A beginning that comes after its own end, and one that is older than the newest.
        off().when(admin(), report("s2", true, 30)).then([]);
        off().when(admin(), report("s1", true, 29)).then([]);
        let next = [reported("s3", true, 30), changed(Paused, Live)];
        off().when(admin(), report("s3", true, 30)).then(next);
    }

    #[test]
    fn an_end_that_overtakes_its_beginning_is_remembered() {
        let end = reported("s1", false, 20);
        Given::room().when(admin(), report("s1", false, 20)).then([end]);
        let overtaken = || after(&[("s1", false, 20)], Scheduled);
        overtaken().when(admin(), report("s1", true, 10)).then([]);
        // A server that counts anew: the same name, later.
        let again = [reported("s1", true, 21), changed(Scheduled, Live)];
        overtaken().when(admin(), report("s1", true, 21)).then(again);
    }

    #[test]
    fn only_a_trusted_caller_reports_and_never_from_the_future() {
        let report = |at| report("s1", true, at);
        Given::room().when(host(), report(10)).then_refused("not_allowed");
        Given::room().when(viewer("ann"), report(10)).then_refused("not_allowed");
        let system = Actor { via: Some(admin().user), ..viewer("ann") };
        Given::room().when(system, report(10)).then_accepted();
        let now = Given::room().now();
        let first = [reported("s1", true, now.0), changed(Scheduled, Live)];
        Given::room().when(admin(), report(now.0 + 1)).then(first);
    }
}
