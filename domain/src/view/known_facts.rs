//! What only read models know and a decision needs: the gateway asks the query-service before it
//! sends such commands on.

use serde::{Deserialize, Serialize};

use crate::ids::{OrderId, RoomId, UserId};
use crate::room::refund_gift::SentGift;

/// Asked for several commands at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactQuery {
    /// Have these orders been recorded?
    pub orders: Vec<OrderId>,
    /// Do these users follow the hosts of these rooms?
    pub follows: Vec<(UserId, RoomId)>,
    /// Which gifts were sent there?
    pub gifts: Vec<(RoomId, u64)>,
}

/// The answer: of what was asked, what is so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFacts {
    /// These orders have been recorded.
    pub orders: Vec<OrderId>,
    /// These users follow.
    pub follows: Vec<(UserId, RoomId)>,
    /// These gifts were sent.
    pub gifts: Vec<KnownGift>,
}

/// A gift that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownGift {
    /// Where.
    pub room_id: RoomId,
    /// Its place there.
    pub room_seq: u64,
    /// What was sent.
    pub gift: SentGift,
    /// It was refunded since.
    pub refunded: bool,
}

impl FactQuery {
    /// How much is asked.
    pub fn len(&self) -> usize {
        self.orders.len() + self.follows.len() + self.gifts.len()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
