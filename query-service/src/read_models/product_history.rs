//! `product_history`: what a product cost, and whether it could be bought, from when on.

use domain::ids::{AppId, ProductId, RoomId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::read_models::{ReadModels, Unavailable, bigint, unsigned};

/// Follows the primary key.
const BEFORE: &str = "
    SELECT room_seq, at, title, price_cents, stock, sold_out, removed
    FROM matinee.product_history
    WHERE app = $1 AND room_id = $2 AND product_id = $3 AND room_seq < $4
    ORDER BY room_seq DESC LIMIT $5";

/// From this event on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ProductFact {
    pub(crate) room_seq: u64,
    at: i64,
    title: String,
    price_cents: u64,
    /// Null if the merchant does not say.
    stock: Option<u64>,
    sold_out: bool,
    /// It was taken off the shelf.
    removed: bool,
}

impl ReadModels {
    /// The newest changes of a product before `room_seq`, newest first.
    pub(crate) async fn product_history(
        &self,
        app: &AppId,
        (room_id, product_id): (&RoomId, &ProductId),
        before: u64,
        limit: u32,
    ) -> Result<Vec<ProductFact>, Unavailable> {
        let (app, room_id, product_id) = (app.as_str(), room_id.as_str(), product_id.as_str());
        let (before, limit) = (bigint(before), i64::from(limit));
        let rows = self.query(BEFORE, &[&app, &room_id, &product_id, &before, &limit]).await?;
        let facts = rows.iter().map(|row| ProductFact {
            room_seq: unsigned(row.get(0)),
            at: row.get(1),
            title: row.get(2),
            price_cents: unsigned(row.get(3)),
            stock: row.get::<_, Option<i64>>(4).map(unsigned),
            sold_out: row.get(5),
            removed: row.get(6),
        });
        Ok(facts.collect())
    }
}
