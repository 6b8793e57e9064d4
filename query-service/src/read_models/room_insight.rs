//! `room_insight`: what was left out of a room. The one table that this service writes itself.

use domain::ids::{AppId, RoomId};
use domain::view::feed_item::Priority;
use schemars::JsonSchema;
use serde::Serialize;

use crate::insight::shed::Counted;
use crate::read_models::{ReadModels, Unavailable, bigint, unsigned};

/// The row is locked while it is added to, so of two processes the later sees what the earlier has
/// counted. Nothing of an app that is gone.
const ADD: &str = "
    INSERT INTO matinee.room_insight AS known
    SELECT $1, $2, $3, cardinality($4::bigint[]), cardinality($5::bigint[]),
        cardinality($6::bigint[]), $7, $8, $9
    WHERE EXISTS (SELECT FROM matinee.checkpoint WHERE app = $1)
    ON CONFLICT (app, room_id) DO UPDATE SET
        room_normal = known.room_normal
            + (SELECT count(*) FROM unnest($4::bigint[]) AS seq WHERE known.shed_to < seq),
        room_low = known.room_low
            + (SELECT count(*) FROM unnest($5::bigint[]) AS seq WHERE known.shed_to < seq),
        room_lowest = known.room_lowest
            + (SELECT count(*) FROM unnest($6::bigint[]) AS seq WHERE known.shed_to < seq),
        viewers_normal = known.viewers_normal + excluded.viewers_normal,
        viewers_low = known.viewers_low + excluded.viewers_low,
        viewers_lowest = known.viewers_lowest + excluded.viewers_lowest,
        shed_to = greatest(known.shed_to, excluded.shed_to)";

const OF: &str = "
    SELECT room_normal, room_low, room_lowest, viewers_normal, viewers_low, viewers_lowest
    FROM matinee.room_insight WHERE app = $1 AND room_id = $2";

/// Items by class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Classes {
    normal: u64,
    low: u64,
    lowest: u64,
}

/// Items that were left out of a room so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RoomShed {
    /// More than its viewers are sent, for all of them.
    pub(crate) room: Classes,
    /// For viewers who did not keep up, over all of them.
    pub(crate) viewers: Classes,
}

impl ReadModels {
    /// Adds what a process has counted.
    pub(crate) async fn add_shed(
        &self,
        app: &AppId,
        room_id: &RoomId,
        counted: &Counted,
    ) -> Result<(), Unavailable> {
        let (app, room_id) = (app.as_str(), room_id.as_str());
        let to = bigint(counted.items.iter().map(|(seq, _)| *seq).max().unwrap_or_default());
        let of = |class| -> Vec<i64> { counted.of(class).map(bigint).collect() };
        let (normal, low, lowest) = (of(Priority::Normal), of(Priority::Low), of(Priority::Lowest));
        let viewers = counted.viewers;
        let viewers = [viewers.normal, viewers.low, viewers.lowest].map(bigint);
        self.query(
            ADD,
            &[&app, &room_id, &to, &normal, &low, &lowest, &viewers[0], &viewers[1], &viewers[2]],
        )
        .await?;
        Ok(())
    }

    /// Nothing was left out of a room without a row.
    pub(crate) async fn room_shed(
        &self,
        app: &AppId,
        room_id: &RoomId,
    ) -> Result<RoomShed, Unavailable> {
        let rows = self.query(OF, &[&app.as_str(), &room_id.as_str()]).await?;
        let Some(row) = rows.first() else { return Ok(RoomShed::default()) };
        let classes = |first: usize| Classes {
            normal: unsigned(row.get(first)),
            low: unsigned(row.get(first + 1)),
            lowest: unsigned(row.get(first + 2)),
        };
        Ok(RoomShed { room: classes(0), viewers: classes(3) })
    }
}
