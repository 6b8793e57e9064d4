//! What a decision needs and only read models know, because it grows with the viewers or the sales:
//! which orders were recorded, who follows whom, which gifts were sent.
//!
//! The query-service answers over NATS, as for profiles. Without an answer purchases and follows go
//! on: the sequencer knows the newest itself, and the read models count each once, however often it is
//! in the log. A refund must know its gift, so it is not decided without an answer.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use domain::command::{Action, Command, RoomCommand};
use domain::ids::{AppId, OrderId, RoomId, UserId};
use domain::room::refund_gift::RefundGift;
use domain::view::known_facts::{FactQuery, KnownFacts, KnownGift};
use nats::client::Nats;
use nats::service::RequestSubject;
use tokio::time::{Instant, sleep};

use crate::gateway::config::GatewayConfig;
use crate::gateway::submit::SubmitError;

/// Facts asked for in one request.
const QUERY_FACTS_MAX: usize = 200;

/// Pause before a gift is asked for again.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Looks facts up. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Facts {
    nats: Nats,
    timeout: Duration,
    wait: Duration,
}

/// What was answered to one or several queries.
#[derive(Debug, Default)]
struct Known {
    orders: HashSet<OrderId>,
    follows: HashSet<(UserId, RoomId)>,
    gifts: HashMap<(RoomId, u64), KnownGift>,
}

impl Facts {
    /// Asks with the patience that profiles get.
    pub fn new(nats: Nats, config: &GatewayConfig) -> Self {
        let timeout = Duration::from_millis(config.profile_timeout_ms);
        Self { nats, timeout, wait: Duration::from_millis(config.owner_wait_ms) }
    }

    /// Tells each command what is known.
    pub async fn mark_known(
        &self,
        app: &AppId,
        commands: &mut [Command],
    ) -> Result<(), SubmitError> {
        let mut asking: Vec<&mut Command> =
            commands.iter_mut().filter(|command| !query(command).is_empty()).collect();
        for some in asking.chunks_mut(QUERY_FACTS_MAX) {
            let known = self.look_up(app, some).await;
            for command in some {
                mark(command, known.as_ref())?;
            }
        }
        Ok(())
    }

    /// The read model is a moment behind: a gift that is not found is asked for again for a while.
    async fn look_up(&self, app: &AppId, commands: &[&mut Command]) -> Option<Known> {
        let mut asked = FactQuery::default();
        for query in commands.iter().map(|command| query(command)) {
            asked.orders.extend(query.orders);
            asked.follows.extend(query.follows);
            asked.gifts.extend(query.gifts);
        }
        let mut known = Known::default();
        let until = Instant::now() + self.wait;
        loop {
            known.add(self.ask(app, &asked).await?);
            let gifts = asked.gifts.into_iter().filter(|gift| !known.gifts.contains_key(gift));
            asked = FactQuery { gifts: gifts.collect(), ..FactQuery::default() };
            if asked.is_empty() || until <= Instant::now() {
                return Some(known);
            }
            sleep(ASK_AGAIN).await;
        }
    }

    async fn ask(&self, app: &AppId, query: &FactQuery) -> Option<KnownFacts> {
        let payload = Bytes::from(serde_json::to_vec(query).ok()?);
        let subject = RequestSubject::Facts(app.clone());
        match self.nats.request(subject, payload, self.timeout).await {
            Ok(answer) => serde_json::from_slice(&answer).ok(),
            Err(error) => {
                tracing::debug!(app.id = %app, %error, "facts not looked up");
                None
            }
        }
    }
}

impl Known {
    fn add(&mut self, facts: KnownFacts) {
        self.orders.extend(facts.orders);
        self.follows.extend(facts.follows);
        let place = |gift: &KnownGift| (gift.room_id.clone(), gift.room_seq);
        self.gifts.extend(facts.gifts.into_iter().map(|gift| (place(&gift), gift)));
    }
}

/// What the command asks for; nothing for nearly all.
fn query(command: &Command) -> FactQuery {
    let mut query = FactQuery::default();
    let Action::Room { room_id, command: asking } = &command.action else { return query };
    if let RoomCommand::RecordPurchase(purchase) = asking {
        query.orders.push(purchase.order_id.clone());
    } else if let RoomCommand::FollowHost(_) | RoomCommand::UnfollowHost(_) = asking {
        query.follows.push((command.actor.user.clone(), room_id.clone()));
    } else if let RoomCommand::RefundGift(refund) = asking {
        query.gifts.push((room_id.clone(), refund.room_seq));
    }
    query
}

fn mark(command: &mut Command, known: Option<&Known>) -> Result<(), SubmitError> {
    let user = &command.actor.user;
    let Action::Room { room_id, command } = &mut command.action else { return Ok(()) };
    let follows = known.map(|known| known.follows.contains(&(user.clone(), room_id.clone())));
    if let RoomCommand::RecordPurchase(purchase) = command {
        purchase.known = known.is_some_and(|known| known.orders.contains(&purchase.order_id));
    } else if let RoomCommand::FollowHost(follow) = command {
        follow.follows = follows;
    } else if let RoomCommand::UnfollowHost(unfollow) = command {
        unfollow.follows = follows;
    } else if let RoomCommand::RefundGift(refund) = command {
        let known = known.ok_or(SubmitError::Unavailable)?;
        mark_refund(refund, known.gifts.get(&(room_id.clone(), refund.room_seq)));
    }
    Ok(())
}

fn mark_refund(refund: &mut RefundGift, gift: Option<&KnownGift>) {
    refund.sent = gift.map(|known| known.gift.clone());
    refund.known = gift.is_some_and(|known| known.refunded);
}
