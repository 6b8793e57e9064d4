//! One line of a recording as the calls that play it.

use std::collections::{BTreeMap, HashSet};

use domain::ids::{GiftId, InvalidId, RoomId, UserId};
use reqwest::Method;
use serde_json::json;

use crate::recording::line::{By, Gift, Kind, Line, RecordedCall};
use crate::recording::sums::Sums;
use crate::replay::call::{Call, Caller};
use crate::replay::plan::Step;

/// Goes through a recording line by line.
pub(super) struct Planner {
    speed: f64,
    room_id: RoomId,
    host: UserId,
    gifts: BTreeMap<(String, u64), GiftId>,
    muted: HashSet<UserId>,
    /// What has been planned so far.
    pub(super) scenes: Vec<Vec<Step>>,
}

impl Planner {
    pub(super) fn new(speed: f64, room_id: RoomId, host: UserId) -> Self {
        let (gifts, muted) = (BTreeMap::new(), HashSet::new());
        Self { speed, room_id, host, gifts, muted, scenes: vec![vec![]] }
    }

    /// Plans one more line.
    pub(super) fn line(&mut self, line: &Line) -> Result<(), InvalidId> {
        let user: UserId = line.user.parse()?;
        let sends = matches!(
            line.kind,
            Kind::Chat { .. } | Kind::Gift { .. } | Kind::Superchat { .. } | Kind::Like { .. }
        );
        // That somebody spoke shows that their mute was over. At a high speed a mute of one second,
        // the shortest there is, would outlast it.
        if sends && self.muted.remove(&user) {
            let call = self.host_call(Method::DELETE, &["mutes", &line.user]);
            self.step(line.t_ms, &user, call, Sums::default());
        }
        let call = self.call(line, &user)?;
        let sums = Sums::of_line(line);
        if matches!(line.kind, Kind::Status { .. }) {
            self.scenes.push(vec![]);
            self.step(line.t_ms, &user, call, sums);
            self.scenes.push(vec![]);
        } else if let Kind::Call(recorded) = &line.kind {
            // One after the other, and between what the host does.
            let host = self.host.clone();
            self.named_step(line.t_ms, &host, call, sums, recorded.name.clone());
        } else {
            self.step(line.t_ms, &user, call, sums);
        }
        Ok(())
    }

    fn step(&mut self, at_ms: u64, user: &UserId, call: Call, sums: Sums) {
        self.named_step(at_ms, user, call, sums, None);
    }

    fn named_step(
        &mut self,
        at_ms: u64,
        user: &UserId,
        call: Call,
        sums: Sums,
        name: Option<String>,
    ) {
        let step = Step { at_ms, user: user.clone(), call, sums, name };
        if let Some(scene) = self.scenes.last_mut() {
            scene.push(step);
        }
    }

    fn call(&mut self, line: &Line, user: &UserId) -> Result<Call, InvalidId> {
        let viewer = if *user == self.host {
            Caller::Host(user.clone())
        } else {
            Caller::Viewer(user.clone())
        };
        let member = ["members", line.user.as_str()];
        Ok(match &line.kind {
            Kind::Chat { text } => {
                self.room_call(viewer, Method::POST, &["messages"]).with(json!({ "text": text }))
            }
            Kind::Gift { gift } => {
                let gift_id = self.gift_id(gift)?;
                let (count, unit_price) = (gift.count, gift.unit_price);
                let body = json!({ "gift_id": gift_id, "count": count, "unit_price": unit_price });
                self.room_call(viewer, Method::POST, &["gifts"]).with(body)
            }
            Kind::Superchat { price, seconds, text } => {
                let body = json!({ "text": text, "amount": price, "pinned_s": seconds });
                let caller = Caller::AdminFor(user.clone());
                self.room_call(caller, Method::POST, &["paid-messages"]).with(body)
            }
            Kind::Moderation { seconds, .. } => {
                self.muted.insert(user.clone());
                let body = json!({ "seconds": scaled(*seconds, self.speed) });
                self.host_call(Method::PUT, &["mutes", user.as_str()]).with(body)
            }
            Kind::Join => self.room_call(viewer, Method::PUT, &member),
            Kind::Leave => self.room_call(viewer, Method::DELETE, &member),
            Kind::Like { count } => {
                self.room_call(viewer, Method::POST, &["likes"]).with(json!({ "count": count }))
            }
            Kind::Status { status } => {
                self.host_call(Method::PUT, &["status"]).with(json!({ "status": status }))
            }
            Kind::Product { product } => {
                let mut body =
                    json!({ "title": product.title, "price_cents": product.price_cents });
                if let Some(stock) = product.stock {
                    body["stock"] = stock.into();
                }
                self.host_call(Method::PUT, &["products", &product.id]).with(body)
            }
            Kind::Spotlight { product_id } => {
                let body = json!({ "product_id": product_id });
                self.host_call(Method::PUT, &["spotlight"]).with(body)
            }
            Kind::Call(recorded) => self.recorded(recorded, user),
        })
    }

    fn recorded(&self, recorded: &RecordedCall, user: &UserId) -> Call {
        let caller = match recorded.by {
            By::Admin => Caller::Admin,
            By::AdminForUser => Caller::AdminFor(user.clone()),
            By::Host => Caller::Host(user.clone()),
            By::Viewer => Caller::Viewer(user.clone()),
        };
        let of_room = |segment: &String| segment.replace("{room}", self.room_id.as_str());
        Call {
            caller,
            // One that is none is refused by the service, like every other mistake in a call.
            method: recorded.method.parse().unwrap_or(Method::GET),
            path: recorded.path.iter().map(of_room).collect(),
            body: recorded.body.clone(),
        }
    }

    fn room_call(&self, caller: Caller, method: Method, below: &[&str]) -> Call {
        let mut path = vec!["rooms", self.room_id.as_str()];
        path.extend(below);
        Call::bare(caller, method, &path)
    }

    fn host_call(&self, method: Method, below: &[&str]) -> Call {
        self.room_call(Caller::Host(self.host.clone()), method, below)
    }

    /// The name, or the name with the price where a recording has the same gift at two prices.
    fn gift_id(&mut self, gift: &Gift) -> Result<GiftId, InvalidId> {
        let key = (gift.name.clone(), gift.unit_price);
        if let Some(known) = self.gifts.get(&key) {
            return Ok(known.clone());
        }
        let taken = self.gifts.keys().any(|(name, _)| *name == gift.name);
        let id: GiftId = if taken {
            format!("{} ({})", gift.name, gift.unit_price).parse()?
        } else {
            gift.name.parse()?
        };
        self.gifts.insert(key, id.clone());
        Ok(id)
    }

    /// The catalogue that the lines so far need.
    pub(super) fn define_gifts(&self) -> Vec<Call> {
        let define = |((name, unit_price), id): (&(String, u64), &GiftId)| {
            let body = json!({ "name": name, "unit_price": unit_price });
            Call::new(Caller::Admin, Method::PUT, &["gifts", id.as_str()], body)
        };
        self.gifts.iter().map(define).collect()
    }
}

/// Seconds of the recording as seconds of the replay, at least one.
fn scaled(seconds: u32, speed: f64) -> u32 {
    let scaled = (f64::from(seconds) / speed).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let seconds = scaled as u32;
    seconds
}
