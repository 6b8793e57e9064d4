//! `room_feed`: what happened in a room, item by item, as it was pushed.

use domain::ids::{AppId, RoomId};
use domain::view::recalled::recalled_item;
use tokio_postgres::Row;

use crate::history::horizon::Horizon;
use crate::read_models::{ReadModels, Unavailable, bigint, unsigned};

/// Both follow the primary key.
const AFTER: &str = "
    SELECT room_seq, item, recalled_message.room_seq IS NOT NULL
    FROM matinee.room_feed
    LEFT JOIN matinee.recalled_message USING (app, room_id, room_seq)
    WHERE app = $1 AND room_id = $2 AND room_seq > $3 AND at >= $5
    ORDER BY room_seq LIMIT $4";
const BEFORE: &str = "
    SELECT room_seq, item, recalled_message.room_seq IS NOT NULL
    FROM matinee.room_feed
    LEFT JOIN matinee.recalled_message USING (app, room_id, room_seq)
    WHERE app = $1 AND room_id = $2 AND room_seq < $3 AND at >= $5
    ORDER BY room_seq DESC LIMIT $4";
/// As few as a room may have pinned.
const THESE: &str = "
    SELECT room_seq, item, recalled_message.room_seq IS NOT NULL
    FROM matinee.room_feed
    LEFT JOIN matinee.recalled_message USING (app, room_id, room_seq)
    WHERE app = $1 AND room_id = $2 AND room_seq = ANY($3)
    ORDER BY room_seq";

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) room_seq: u64,
    /// The JSON as it was pushed, byte for byte; without its text if it was recalled.
    pub(crate) json: String,
}

impl Item {
    fn of(row: &Row) -> Self {
        let (room_seq, json): (_, String) = (unsigned(row.get(0)), row.get(1));
        let item = Self { room_seq, json };
        if row.get(2) { item.recalled() } else { item }
    }

    /// As it is shown after a recall.
    pub(crate) fn recalled(self) -> Self {
        Self { json: recalled_item(&self.json), ..self }
    }
}

impl ReadModels {
    /// Those of the items that the table has, ascending.
    pub(crate) async fn feed_items(
        &self,
        app: &AppId,
        room_id: &RoomId,
        room_seqs: &[u64],
    ) -> Result<Vec<Item>, Unavailable> {
        let (app, room_id) = (app.as_str(), room_id.as_str());
        let seqs: Vec<i64> = room_seqs.iter().copied().map(bigint).collect();
        let rows = self.query(THESE, &[&app, &room_id, &seqs]).await?;
        Ok(rows.iter().map(Item::of).collect())
    }

    /// The oldest items after `room_seq`, ascending.
    pub(crate) async fn feed_after(
        &self,
        app: &AppId,
        room_id: &RoomId,
        room_seq: u64,
        horizon: Horizon,
        limit: u32,
    ) -> Result<Vec<Item>, Unavailable> {
        let (app, room_id) = (app.as_str(), room_id.as_str());
        let params = (bigint(room_seq), i64::from(limit), horizon.millis());
        let rows = self.query(AFTER, &[&app, &room_id, &params.0, &params.1, &params.2]).await?;
        Ok(rows.iter().map(Item::of).collect())
    }

    /// The newest items before `room_seq`, the newest first.
    pub(crate) async fn feed_before(
        &self,
        app: &AppId,
        room_id: &RoomId,
        room_seq: u64,
        horizon: Horizon,
        limit: u32,
    ) -> Result<Vec<Item>, Unavailable> {
        let (app, room_id) = (app.as_str(), room_id.as_str());
        let params = (bigint(room_seq), i64::from(limit), horizon.millis());
        let rows = self.query(BEFORE, &[&app, &room_id, &params.0, &params.1, &params.2]).await?;
        Ok(rows.iter().map(Item::of).collect())
    }
}
