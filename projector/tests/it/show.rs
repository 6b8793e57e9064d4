//! A show that random people make: every event as the rules decide it.

use std::collections::BTreeMap;

use domain::actor::{Actor, Role};
use domain::command::Action;
use domain::event::{Event, EventData, EventId, Scope};
use domain::ids::{LogSeq, RoomId, UserId};
use domain::level::deed::deeds;
use domain::level::points::UserPoints;
use domain::level::rule::LevelRule;
use domain::limits::Limits;
use domain::room::send_likes::LikesAdded;
use domain::sample;
use domain::state::{AppState, Context};
use domain::timestamp::Timestamp;
use serde_json::json;

/// `SplitMix64`: the same numbers for the same seed, everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

pub(crate) struct Show {
    pub(crate) events: Vec<Event>,
    pub(crate) state: AppState,
    random: Random,
}

impl Show {
    /// So many attempts to do something; what is refused leaves no event.
    pub(crate) fn of(seed: u64, attempts: usize) -> Self {
        let mut show = Self { events: vec![], state: AppState::default(), random: Random(seed) };
        for room in 0..3 {
            let create =
                json!({"type": "create_room", "name": format!("Room {room}"), "owner": "host"});
            show.attempt(Some(room), create);
        }
        for key in ["team", "seat"] {
            let define = json!({"type": "define_field", "key": key, "scope": "member",
                "read": "anyone", "write": "admin"});
            show.attempt(None, define);
        }
        for _ in 0..attempts {
            show.something();
        }
        show
    }

    fn something(&mut self) {
        let room = self.random.below(3);
        let kind = self.random.below(40);
        let small = self.random.below(9) + 1;
        let text = format!("hello {small} 茶 \u{1f375} \"\\\u{7}");
        let command = match kind {
            0 => json!({"type": "change_room_status", "status":
                (["live", "paused", "live", "paused", "ended"])[usize::try_from(small % 5).unwrap()]}),
            1..=6 => json!({"type": "send_message", "text": text}),
            7 | 8 => json!({"type": "send_paid_message", "text": text, "pinned_s": small,
                "amount": if small == 9 { (1_u64 << 53) - 1 } else { small * 100 }}),
            9..=11 => {
                json!({"type": "send_gift", "gift_id": format!("g{}", small % 3), "count": small,
                    "combo": small.is_multiple_of(2)})
            }
            12 | 13 => return self.likes(room),
            14 => json!({"type": "join_room"}),
            15 => json!({"type": "leave_room"}),
            16 => json!({"type": "set_product", "product_id": format!("p{}", small % 3), "product":
                {"title": text, "price_cents": small, "stock": small.is_multiple_of(2).then_some(small)}}),
            17..=19 => json!({"type": "set_spotlight", "product_id":
                (!small.is_multiple_of(4)).then(|| format!("p{}", small % 3))}),
            20 => json!({"type": "mute_user", "user_id": format!("u{small}"), "seconds": small}),
            21 => json!({"type": "define_gift", "gift_id": format!("g{}", small % 3),
                "name": text, "unit_price": small * 50, "retired": small == 1,
                "effect": {"text": text, "half": 0.5}, "category": format!("c{small}")}),
            22 => json!({"type": "register_user", "user_id": format!("u{small}"), "nick": text,
                "avatar": small.is_multiple_of(2).then_some("https://example.org/a.png")}),
            24 => json!({"type": "remove_product", "product_id": format!("p{}", small % 3)}),
            25 => json!({"type": "mark_sold_out", "product_id": format!("p{}", small % 3),
                "sold_out": small.is_multiple_of(2)}),
            26 | 27 => return self.order(room),
            28..=30 => json!({"type": "follow_host"}),
            31 => json!({"type": "unfollow_host"}),
            32 | 33 => return self.recall(room, small),
            34 | 35 => {
                let order_id = format!("order-{}", self.random.below(40));
                json!({"type": "record_purchase", "order_id": order_id, "quantity": small, "title": text,
                    "product_id": format!("p{}", small % 3), "amount_cents": small * 100})
            }
            38 | 39 => return self.refund(room),
            36 | 37 => {
                let value = if small == 3 { String::new() } else { text };
                let user = format!("u{}", self.random.below(5));
                json!({"type": "set_member_fields", "user_id": user, "values":
                    {(["team", "seat"])[usize::try_from(small % 2).unwrap()]: value}})
            }
            _ => json!({"type": "set_level_rule", "rule": level_rule(small)}),
        };
        let in_room = !(21..=23).contains(&kind);
        self.attempt(in_room.then_some(room), command);
    }

    /// The last product of the shelf first.
    fn order(&mut self, room: u64) {
        let Some(state) = self.state.rooms.get(&room_id(room)) else { return };
        let stands = state.shelf.iter().map(|shelved| shelved.product_id.to_string());
        let mut order: Vec<String> = stands.collect();
        let last = order.pop();
        order.splice(0..0, last);
        self.attempt(Some(room), json!({"type": "order_shelf", "product_ids": order}));
    }

    /// One of the newest items, if it is a message.
    fn recall(&mut self, room: u64, back: u64) {
        let Some(state) = self.state.rooms.get(&room_id(room)) else { return };
        let room_seq = state.seq.saturating_sub(back);
        self.attempt(Some(room), json!({"type": "recall_message", "room_seq": room_seq}));
    }

    /// The last gift of the room, refunded or not.
    fn refund(&mut self, room: u64) {
        let of_room = room_id(room);
        let gift = |event: &Event| match (&event.scope, &event.data) {
            (Scope::Room { room_id, room_seq }, EventData::GiftSent(sent))
                if *room_id == of_room =>
            {
                let sent = json!({"user_id": event.actor.user, "at": event.at, "name": sent.name,
                    "gift_id": sent.gift_id, "count": sent.count, "amount": sent.amount});
                let place = json!({ "sent": sent });
                Some(json!({"type": "refund_gift", "room_seq": room_seq, "place": place}))
            }
            _ => None,
        };
        let refunds: Vec<_> = self.events.iter().filter_map(gift).collect();
        if let Some(last) = refunds.last() {
            self.attempt(Some(room), last.clone());
        }
    }

    fn likes(&mut self, room: u64) {
        let room_id = room_id(room);
        let Some(total) = self.state.rooms.get(&room_id).map(|room| room.totals.likes) else {
            return;
        };
        let mut likes = LikesAdded::none(total);
        for _ in 0..=self.random.below(3) {
            let (user, count) = (self.user(), self.random.below(50) + 1);
            likes.add(user, count, sample::command_id(1));
        }
        self.record(Some(&room_id), EventData::LikesAdded(likes));
    }

    fn attempt(&mut self, room: Option<u64>, command: serde_json::Value) {
        let action = match room {
            Some(room) => {
                let command = serde_json::from_value(command).unwrap();
                Action::Room { room_id: room_id(room), command }
            }
            None => Action::App(serde_json::from_value(command).unwrap()),
        };
        let room_id = room.map(room_id);
        let limits = Limits::default();
        let app = "shop".parse().unwrap();
        let context = Context { now: self.now(), limits: &limits, app: &app };
        let Ok(facts) = self.state.decide(&admin(), action, &context) else { return };
        for data in facts {
            self.record(room_id.as_ref(), data);
        }
    }

    fn record(&mut self, room_id: Option<&RoomId>, data: EventData) {
        let command = sample::command_id(u32::try_from(self.events.len()).unwrap() + 1);
        let actor = Actor { user: self.user(), ..admin() };
        let scope = self.state.next_scope(room_id);
        let id = EventId { command, index: 0 };
        let event = Event { scope, id, at: self.now(), actor, data };
        self.state.evolve(&event, LogSeq(1));
        self.events.push(event);
    }

    fn user(&mut self) -> UserId {
        format!("u{}", self.random.below(12)).parse().unwrap()
    }

    fn now(&self) -> Timestamp {
        Timestamp(sample::BEGIN.0 + i64::try_from(self.events.len()).unwrap() * 10)
    }

    /// Points and level of each user, event by event: what no batch may change.
    pub(crate) fn levels(&self) -> BTreeMap<String, UserPoints> {
        let mut rule = LevelRule::default();
        let mut levels: BTreeMap<String, UserPoints> = BTreeMap::new();
        for event in &self.events {
            if let EventData::LevelRuleSet(set) = &event.data {
                rule = set.rule.clone();
            }
            deeds(event, |user, source, units| {
                let mut points = levels.remove(user.as_str()).unwrap_or_default();
                if points.earn(&rule, source, units, event.at) || points.points != 0 {
                    levels.insert(user.to_string(), points);
                }
            });
        }
        levels
    }
}

/// Caps and pauses that the few seconds of a show come to, and days that begin in the middle.
fn level_rule(small: u64) -> serde_json::Value {
    let bands = json!([{"from_level": 1, "percent": 150}, {"from_level": 3, "percent": 50}]);
    let message = json!({"source": "message", "points": small, "min_interval_s": small % 3,
        "daily_cap": small * 20, "multiplier_by_level": bands});
    let coins = if small == 5 { u32::MAX } else { 1 };
    let gift = json!({"source": "gift_coin", "points": coins, "per_unit": small % 4 + 1});
    let paid = json!({"source": "paid_coin", "points": 1, "daily_cap": 1_000});
    let like = json!({"source": "like", "points": 1, "min_interval_s": 1});
    let bought = json!({"source": "purchase_cent", "points": 1, "per_unit": 100});
    let earnings = if small == 7 { vec![like] } else { vec![message, gift, paid, like, bought] };
    // A show begins at 22:13:20 UTC and each event is 10 ms later.
    json!({"earnings": earnings, "day_begins_min": 22 * 60 + 13,
        "thresholds": [small * 10, small * 100, small * 1_000, i64::MAX]})
}

fn admin() -> Actor {
    Actor::unknown("admin".parse().unwrap(), Role::Admin)
}

fn room_id(room: u64) -> RoomId {
    format!("room-{room}").parse().unwrap()
}
