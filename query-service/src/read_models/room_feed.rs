//! `room_feed`: what happened in a room, item by item, as it was pushed.

use domain::ids::{AppId, RoomId};
use tokio_postgres::Row;

use crate::read_models::{ReadModels, Unavailable, bigint, unsigned};

/// Both follow the primary key.
const AFTER: &str = "
    SELECT room_seq, item FROM matinee.room_feed
    WHERE app = $1 AND room_id = $2 AND room_seq > $3
    ORDER BY room_seq LIMIT $4";
const BEFORE: &str = "
    SELECT room_seq, item FROM matinee.room_feed
    WHERE app = $1 AND room_id = $2 AND room_seq < $3
    ORDER BY room_seq DESC LIMIT $4";

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) room_seq: u64,
    /// The JSON as it was pushed, byte for byte.
    pub(crate) json: String,
}

impl Item {
    fn of(row: &Row) -> Self {
        Self { room_seq: unsigned(row.get(0)), json: row.get(1) }
    }
}

impl ReadModels {
    /// The oldest items after `room_seq`, ascending.
    pub(crate) async fn feed_after(
        &self,
        app: &AppId,
        room_id: &RoomId,
        room_seq: u64,
        limit: u32,
    ) -> Result<Vec<Item>, Unavailable> {
        let (app, room_id) = (app.as_str(), room_id.as_str());
        let params = (bigint(room_seq), i64::from(limit));
        let rows = self.query(AFTER, &[&app, &room_id, &params.0, &params.1]).await?;
        Ok(rows.iter().map(Item::of).collect())
    }

    /// The newest items before `room_seq`, ascending.
    pub(crate) async fn feed_before(
        &self,
        app: &AppId,
        room_id: &RoomId,
        room_seq: u64,
        limit: u32,
    ) -> Result<Vec<Item>, Unavailable> {
        let (app, room_id) = (app.as_str(), room_id.as_str());
        let params = (bigint(room_seq), i64::from(limit));
        let rows = self.query(BEFORE, &[&app, &room_id, &params.0, &params.1]).await?;
        Ok(rows.iter().rev().map(Item::of).collect())
    }
}
