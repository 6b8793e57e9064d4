//! The orders that were recorded last: bridges the time until the read model has them.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::ids::OrderId;

/// So many are remembered. Part of the fold, hence no setting: minutes of a large sale, while the read
/// model is seldom a second behind.
pub const REMEMBERED_MAX: usize = 10_000;

/// The newest orders of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "VecDeque<OrderId>", into = "VecDeque<OrderId>")]
pub struct RecentOrders {
    order: VecDeque<OrderId>,
    known: HashSet<OrderId>,
}

impl RecentOrders {
    pub(crate) fn contains(&self, order_id: &OrderId) -> bool {
        self.known.contains(order_id)
    }

    /// The oldest goes when there are too many.
    pub(crate) fn add(&mut self, order_id: &OrderId) {
        if !self.known.insert(order_id.clone()) {
            return;
        }
        self.order.push_back(order_id.clone());
        if REMEMBERED_MAX < self.order.len()
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

impl From<VecDeque<OrderId>> for RecentOrders {
    fn from(order: VecDeque<OrderId>) -> Self {
        Self { known: order.iter().cloned().collect(), order }
    }
}

impl From<RecentOrders> for VecDeque<OrderId> {
    fn from(orders: RecentOrders) -> Self {
        orders.order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_and_survive_a_snapshot() {
        let id = |n: usize| -> OrderId { format!("order-{n}").parse().unwrap() };
        let mut orders = RecentOrders::default();
        for n in 0..REMEMBERED_MAX {
            orders.add(&id(n));
        }
        orders.add(&id(0));
        assert!(orders.contains(&id(0)), "the same again takes nobody's place");
        orders.add(&id(REMEMBERED_MAX));
        assert!(!orders.contains(&id(0)) && orders.contains(&id(1)));
        assert_eq!(orders.known.len(), REMEMBERED_MAX);
        let stored = serde_json::to_string(&orders).unwrap();
        assert_eq!(serde_json::from_str::<RecentOrders>(&stored).unwrap(), orders);
    }
}
