//! How far back whoever asks is shown what happened: `query.answers.history_ttl_s`. Those who run the
//! room see all of it; the log, streams that resume and replays know no horizon.

use domain::field::Clearance;
use domain::ids::RoomId;
use domain::timestamp::Timestamp;
use serde::Deserialize;
use service_kit::clock;

use crate::hub::{AppHub, Reader};

/// Items of before are not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Horizon(Option<Timestamp>);

impl Horizon {
    /// Nothing is too old.
    pub(crate) const NONE: Self = Self(None);

    /// For a reader of a room; 0 seconds is no horizon.
    pub(crate) fn of(ttl_s: u32, hub: &AppHub, room_id: &RoomId, reader: &Reader) -> Self {
        if ttl_s == 0 || Clearance::Assistant <= hub.clearance(room_id, reader) {
            return Self::NONE;
        }
        let millis = i64::from(ttl_s) * 1_000;
        Self(Some(Timestamp(clock::now().0.saturating_sub(millis))))
    }

    /// For a column: no instant is before that of none.
    pub(crate) fn millis(self) -> i64 {
        self.0.map_or(i64::MIN, |from| from.0)
    }

    pub(crate) fn is_none(self) -> bool {
        self.0.is_none()
    }

    /// How many of these items, oldest first, are too old: time in a room never goes back.
    pub(crate) fn before(self, items: &[impl AsRef<str>]) -> usize {
        let Some(from) = self.0 else { return 0 };
        items.partition_point(|item| at(item.as_ref()).is_some_and(|at| at < from))
    }
}

fn at(item: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Of {
        at: Timestamp,
    }
    serde_json::from_str::<Of>(item).ok().map(|of| of.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_is_cut_off_and_what_cannot_be_read_is_not() {
        let item = |at: i64| format!(r#"{{"type":"message_sent","room_seq":1,"at":{at}}}"#);
        let items = [item(1), item(4), item(5), item(9)];
        let before = |from| Horizon(Some(Timestamp(from))).before(&items);
        assert_eq!([before(1), before(5), before(6), before(10)], [0, 2, 3, 4]);
        assert_eq!(Horizon::NONE.before(&items), 0);
        assert_eq!(Horizon(Some(Timestamp(5))).before(&["?"]), 0);
    }
}
