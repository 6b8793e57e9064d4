//! `purchase` and `product_sale`: which orders are known, and what was sold in a room.

use domain::ids::{AppId, OrderId, RoomId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::read_models::{ReadModels, Unavailable, unsigned};

/// By the primary key.
const KNOWN: &str = "
    SELECT order_id FROM matinee.purchase WHERE app = $1 AND order_id = ANY($2::text[])";

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
    /// Those of the orders that have been recorded.
    pub(crate) async fn known_orders(
        &self,
        app: &AppId,
        order_ids: &[OrderId],
    ) -> Result<Vec<String>, Unavailable> {
        let asked: Vec<&str> = order_ids.iter().map(OrderId::as_str).collect();
        let rows = self.query(KNOWN, &[&app.as_str(), &asked]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

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
