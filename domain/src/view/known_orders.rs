//! Which orders the read model has: what the gateway asks before it sends a purchase on.

use serde::{Deserialize, Serialize};

use crate::ids::OrderId;

/// Asked of the query-service for some orders at once. The answer is a list of those that are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderQuery {
    /// Which.
    pub order_ids: Vec<OrderId>,
}
