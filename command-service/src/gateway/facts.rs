//! What a decision needs and only read models know, because it grows with the viewers or the sales:
//! which orders were recorded, who follows whom, which gifts were sent.
//!
//! The query-service answers over NATS, as for profiles, and says how far in the log its answer is. The
//! sequencer knows the newest itself, and whether the two meet; without an answer, or with one that is
//! too old, the rule of each command says what becomes of it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use domain::command::{Action, Command, RoomCommand};
use domain::ids::{AppId, LogSeq, OrderId, RoomId, UserId};
use domain::room::refund_gift::GiftPlace;
use domain::view::known_facts::{FactQuery, KnownFacts, KnownPlace};
use nats::client::Nats;
use nats::service::RequestSubject;
use tokio::time::{Instant, sleep};

use crate::gateway::config::GatewayConfig;

/// Pause before a place that was not read yet is asked for again.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Looks facts up. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Facts {
    nats: Nats,
    timeout: Duration,
    wait: Duration,
}

/// What was answered to one or several queries; nothing, as of the begin of the log, without an answer.
#[derive(Debug, Default)]
struct Known {
    /// How far the first answer had come: those after it know no less.
    as_of: LogSeq,
    orders: HashSet<OrderId>,
    follows: HashSet<(UserId, RoomId)>,
    gifts: HashMap<(RoomId, u64), GiftPlace>,
}

impl Facts {
    /// Asks with the patience that profiles get.
    pub fn new(nats: Nats, config: &GatewayConfig) -> Self {
        let timeout = Duration::from_millis(config.profile_timeout_ms);
        Self { nats, timeout, wait: Duration::from_millis(config.owner_wait_ms) }
    }

    /// Tells each command what is known.
    pub async fn mark_known(&self, app: &AppId, commands: &mut [Command]) {
        let mut asking: Vec<&mut Command> =
            commands.iter_mut().filter(|command| !query(command).is_empty()).collect();
        for some in asking.chunks_mut(FactQuery::LEN_MAX) {
            let known = self.look_up(app, some).await;
            for command in some {
                mark(command, &known);
            }
        }
    }

    /// The read model is a moment behind: a place that it has not come to is asked for again for a
    /// while.
    async fn look_up(&self, app: &AppId, commands: &[&mut Command]) -> Known {
        let mut asked = FactQuery::default();
        for query in commands.iter().map(|command| query(command)) {
            asked.orders.extend(query.orders);
            asked.follows.extend(query.follows);
            asked.gifts.extend(query.gifts);
        }
        let mut known = Known::default();
        let until = Instant::now() + self.wait;
        while let Some(facts) = self.ask(app, &asked).await {
            known.add(facts);
            let gifts = asked.gifts.into_iter().filter(|gift| !known.gifts.contains_key(gift));
            asked = FactQuery { gifts: gifts.collect(), ..FactQuery::default() };
            if asked.is_empty() || until <= Instant::now() {
                break;
            }
            sleep(ASK_AGAIN).await;
        }
        known
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
        let KnownFacts { as_of, orders, follows, gifts } = facts;
        if self.as_of == LogSeq(0) {
            self.as_of = as_of;
        }
        self.orders.extend(orders);
        self.follows.extend(follows);
        let place = |KnownPlace { room_id, room_seq, place }| ((room_id, room_seq), place);
        self.gifts.extend(gifts.into_iter().map(place));
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

/// Overwrites also what the caller has set.
fn mark(command: &mut Command, known: &Known) {
    let user = &command.actor.user;
    let Action::Room { room_id, command } = &mut command.action else { return };
    let follows = || known.follows.contains(&(user.clone(), room_id.clone()));
    let as_of = known.as_of;
    if let RoomCommand::RecordPurchase(purchase) = command {
        (purchase.known, purchase.as_of) = (known.orders.contains(&purchase.order_id), as_of);
    } else if let RoomCommand::FollowHost(follow) = command {
        (follow.follows, follow.as_of) = (follows(), as_of);
    } else if let RoomCommand::UnfollowHost(unfollow) = command {
        (unfollow.follows, unfollow.as_of) = (follows(), as_of);
    } else if let RoomCommand::RefundGift(refund) = command {
        let place = known.gifts.get(&(room_id.clone(), refund.room_seq));
        (refund.place, refund.as_of) = (place.cloned(), as_of);
    }
}
