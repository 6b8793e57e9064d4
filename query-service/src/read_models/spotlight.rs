//! `spotlight`: when which product was being explained.

use domain::ids::{AppId, RoomId};
use domain::room::shelf::Product;

use crate::read_models::{ReadModels, Unavailable, bigint, unsigned};

/// Follows the primary key.
const AFTER: &str = "
    SELECT from_seq, product_id, product, from_at, to_at FROM matinee.spotlight
    WHERE app = $1 AND room_id = $2 AND from_seq > $3 AND (to_at IS NULL OR to_at > $4)
    ORDER BY from_seq LIMIT $5";

/// One window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from_seq: u64,
    pub(crate) product_id: String,
    /// As the shelf showed it then.
    pub(crate) product: Option<Product>,
    pub(crate) from_at: i64,
    /// Nothing while it is open.
    pub(crate) to_at: Option<i64>,
}

impl ReadModels {
    /// The oldest windows after `room_seq` that end after an instant, or are open.
    pub(crate) async fn spotlight_windows(
        &self,
        app: &AppId,
        room_id: &RoomId,
        (after, ends_after): (u64, i64),
        limit: u32,
    ) -> Result<Vec<Window>, Unavailable> {
        let (app, room_id) = (app.as_str(), room_id.as_str());
        let (after, limit) = (bigint(after), i64::from(limit));
        let rows = self.query(AFTER, &[&app, &room_id, &after, &ends_after, &limit]).await?;
        let windows = rows.iter().map(|row| Window {
            from_seq: unsigned(row.get(0)),
            product_id: row.get(1),
            // What cannot be read is left out: the window stands without it.
            product: row.get::<_, Option<&str>>(2).and_then(|json| serde_json::from_str(json).ok()),
            from_at: row.get(3),
            to_at: row.get(4),
        });
        Ok(windows.collect())
    }
}
