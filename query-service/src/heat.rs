//! How a room's heat is reckoned from what was done in it: the `[query.heat]` section.
//!
//! The read model has sums of what was done, and the weights are applied when it is read: they may be
//! changed at any time, and hold for the past too.

use serde::{Deserialize, Serialize};
use service_kit::config::{OutOfRange, check_range};

const WEIGHT_MAX: u32 = 1_000_000;

/// What one of each is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HeatConfig {
    /// A message, paid ones included.
    pub message: u32,
    /// A custom message.
    pub custom_message: u32,
    /// A coin of a gift that was not refunded.
    pub gift_coin: u32,
    /// A coin of a paid message.
    pub paid_coin: u32,
    /// A like.
    pub like: u32,
    /// A cent of a purchase.
    pub purchase_cent: u32,
    /// Somebody who began to follow the host.
    pub follow: u32,
    /// Somebody who came.
    pub join: u32,
}

impl Default for HeatConfig {
    fn default() -> Self {
        Self {
            message: 10,
            custom_message: 0,
            gift_coin: 10,
            paid_coin: 10,
            like: 1,
            purchase_cent: 1,
            follow: 50,
            join: 5,
        }
    }
}

impl HeatConfig {
    /// Refuses weights with which sums mean nothing.
    pub(crate) fn check(&self) -> Result<(), OutOfRange> {
        check_range("query.heat.message", self.message, 0..=WEIGHT_MAX)?;
        check_range("query.heat.custom_message", self.custom_message, 0..=WEIGHT_MAX)?;
        check_range("query.heat.gift_coin", self.gift_coin, 0..=WEIGHT_MAX)?;
        check_range("query.heat.paid_coin", self.paid_coin, 0..=WEIGHT_MAX)?;
        check_range("query.heat.like", self.like, 0..=WEIGHT_MAX)?;
        check_range("query.heat.purchase_cent", self.purchase_cent, 0..=WEIGHT_MAX)?;
        check_range("query.heat.follow", self.follow, 0..=WEIGHT_MAX)?;
        check_range("query.heat.join", self.join, 0..=WEIGHT_MAX)
    }
}
