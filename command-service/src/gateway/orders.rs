//! Which purchases have been recorded before: asked of the read model, like profiles.
//!
//! Without an answer a purchase goes on. The sequencer knows the newest orders itself, and the read
//! model counts an order once, however often it is in the log.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use domain::command::{Action, Command, RoomCommand};
use domain::ids::{AppId, OrderId};
use domain::room::record_purchase::RecordPurchase;
use domain::view::known_orders::OrderQuery;
use nats::client::Nats;
use nats::service::RequestSubject;

use crate::gateway::config::GatewayConfig;

/// Orders asked for in one request.
const QUERY_ORDERS_MAX: usize = 200;

/// Looks orders up. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Orders {
    nats: Nats,
    timeout: Duration,
}

impl Orders {
    /// Asks with the patience that profiles get.
    pub fn new(nats: Nats, config: &GatewayConfig) -> Self {
        Self { nats, timeout: Duration::from_millis(config.profile_timeout_ms) }
    }

    /// Marks the purchases that have been recorded.
    pub async fn mark_known(&self, app: &AppId, commands: &mut [Command]) {
        let asked: Vec<OrderId> =
            commands.iter_mut().filter_map(purchase).map(|p| p.order_id.clone()).collect();
        let mut known = HashSet::new();
        for some in asked.chunks(QUERY_ORDERS_MAX) {
            known.extend(self.ask(app, some.to_vec()).await);
        }
        for purchase in commands.iter_mut().filter_map(purchase) {
            purchase.known |= known.contains(&purchase.order_id);
        }
    }

    async fn ask(&self, app: &AppId, order_ids: Vec<OrderId>) -> Vec<OrderId> {
        let Ok(payload) = serde_json::to_vec(&OrderQuery { order_ids }) else { return vec![] };
        let subject = RequestSubject::Orders(app.clone());
        match self.nats.request(subject, Bytes::from(payload), self.timeout).await {
            Ok(answer) => serde_json::from_slice(&answer).unwrap_or_default(),
            Err(error) => {
                tracing::debug!(app.id = %app, %error, "orders not looked up");
                vec![]
            }
        }
    }
}

fn purchase(command: &mut Command) -> Option<&mut RecordPurchase> {
    if let Action::Room { command: RoomCommand::RecordPurchase(purchase), .. } = &mut command.action
    {
        Some(purchase)
    } else {
        None
    }
}
