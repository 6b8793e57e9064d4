//! `product_sale`: what was sold in a room.

use domain::ids::{AppId, RoomId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::read_models::{ReadModels, Unavailable, unsigned};

/// Follows the primary key.
const SALES: &str = "
    SELECT product_id, orders, sold, revenue_cents, sold_in_spotlight FROM matinee.product_sale
    WHERE app = $1 AND room_id = $2 ORDER BY product_id";

/// What was sold of one product in one room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Sale {
    product_id: String,
    pub(crate) orders: u64,
    pub(crate) sold: u64,
    pub(crate) revenue_cents: u64,
    /// Of `sold`, while the product itself was being explained.
    pub(crate) sold_in_spotlight: u64,
}

impl ReadModels {
    /// All products of which something was sold: at most as many as ever stood on the shelf.
    pub(crate) async fn sales(
        &self,
        app: &AppId,
        room_id: &RoomId,
    ) -> Result<Vec<Sale>, Unavailable> {
        let rows = self.query(SALES, &[&app.as_str(), &room_id.as_str()]).await?;
        let sales = rows.iter().map(|row| Sale {
            product_id: row.get(0),
            orders: unsigned(row.get(1)),
            sold: unsigned(row.get(2)),
            revenue_cents: unsigned(row.get(3)),
            sold_in_spotlight: unsigned(row.get(4)),
        });
        Ok(sales.collect())
    }
}
