//! What only read models know and a decision needs: the gateway asks the query-service before it
//! sends such commands on.

use serde::{Deserialize, Serialize};

use crate::ids::{LogSeq, OrderId, RoomId, UserId};
use crate::room::refund_gift::GiftPlace;

/// Asked for several commands at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactQuery {
    /// Have these orders been recorded?
    pub orders: Vec<OrderId>,
    /// Do these users follow the hosts of these rooms?
    pub follows: Vec<(UserId, RoomId)>,
    /// Which gifts were sent at these places?
    pub gifts: Vec<(RoomId, u64)>,
}

/// The answer: of what was asked, what is so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFacts {
    /// All commits up to this one are in the answer: what is not so may be so since.
    pub as_of: LogSeq,
    /// These orders have been recorded.
    pub orders: Vec<OrderId>,
    /// These users follow.
    pub follows: Vec<(UserId, RoomId)>,
    /// These places have been read; one that is left out has not.
    pub gifts: Vec<KnownPlace>,
}

/// A place of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPlace {
    /// The room.
    pub room_id: RoomId,
    /// The place in it.
    pub room_seq: u64,
    /// What is there.
    pub place: GiftPlace,
}

impl FactQuery {
    /// So many in one request: who asks for more asks several times, who is asked for more does not answer.
    pub const LEN_MAX: usize = 200;

    /// How much is asked.
    pub fn len(&self) -> usize {
        self.orders.len() + self.follows.len() + self.gifts.len()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
