//! From the lines of a recording to the calls that play it.

use std::collections::{BTreeMap, HashSet};

use domain::ids::{GiftId, InvalidId, RoomId, UserId};
use reqwest::Method;
use serde_json::json;

use crate::recording::line::{Gift, Kind, Line};
use crate::recording::sums::Sums;
use crate::replay::call::{Call, Caller};

/// The host of a recording that names none.
const HOST: &str = "replay-host";
/// What a room's name may have.
const ROOM_NAME_BYTES: usize = 30;

/// Everything to send, in order.
#[derive(Debug)]
pub struct Plan {
    /// The room of this replay.
    pub room_id: RoomId,
    /// What the recording says.
    pub recorded: Sums,
    /// People and gifts, in any order.
    pub preparations: Vec<Call>,
    /// The room, one after the other.
    pub opening: Vec<Call>,
    /// Each is answered as a whole before the next begins: a change of status must neither overtake
    /// what was sent before it nor be overtaken.
    pub scenes: Vec<Vec<Step>>,
}

/// One call at its time.
#[derive(Debug)]
pub struct Step {
    /// Milliseconds in the recording.
    pub at_ms: u64,
    /// Steps of one user keep their order.
    pub user: UserId,
    /// What to send.
    pub call: Call,
    /// What it adds to the sums when it is accepted.
    pub sums: Sums,
}

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A name in it that cannot be an id here.
    #[error("line {line} names something that cannot be an id")]
    Id {
        /// Which line.
        line: u64,
        /// What is wrong.
        source: InvalidId,
    },
    /// No lines.
    #[error("the recording is empty")]
    Empty,
}

impl Plan {
    /// The calls for a recording. Mutes get shorter with `speed`; `run` keeps the room apart from
    /// those of other replays.
    pub fn new(lines: &[Line], speed: f64, run: &str) -> Result<Self, PlanError> {
        let first = lines.first().ok_or(PlanError::Empty)?;
        let id = |source| PlanError::Id { line: first.n, source };
        let room_id: RoomId = format!("{}-{run}", first.room).parse().map_err(id)?;
        let host = lines.iter().find(|line| by_host(&line.kind)).map_or(HOST, |line| &line.user);
        let host: UserId = host.parse().map_err(id)?;
        let mut planner = Planner {
            speed,
            room_id: room_id.clone(),
            host: host.clone(),
            gifts: BTreeMap::new(),
            muted: HashSet::new(),
            scenes: vec![vec![]],
        };
        for line in lines {
            planner.line(line).map_err(|source| PlanError::Id { line: line.n, source })?;
        }
        let mut preparations = planner.define_gifts();
        preparations.extend(register_users(lines, &host));
        let opening = open_room(&room_id, &host, &first.room, lines);
        let recorded = Sums::of_recording(lines);
        Ok(Self { room_id, recorded, preparations, opening, scenes: planner.scenes })
    }

    /// How many lines are sent.
    pub fn steps(&self) -> usize {
        self.scenes.iter().map(Vec::len).sum()
    }
}

fn by_host(kind: &Kind) -> bool {
    matches!(kind, Kind::Status { .. } | Kind::Product { .. } | Kind::Spotlight { .. })
}

/// Nicks are those of a recording, else the ids.
fn register_users(lines: &[Line], host: &UserId) -> Vec<Call> {
    let mut nicks = BTreeMap::from([(host.as_str(), host.as_str())]);
    for line in lines {
        nicks.insert(&line.user, line.nick.as_deref().unwrap_or(&line.user));
    }
    nicks
        .into_iter()
        .map(|(user, nick)| {
            let body = json!({ "nick": nick });
            Call::new(Caller::Admin, Method::PUT, &["users", user], body)
        })
        .collect()
}

fn open_room(room_id: &RoomId, host: &UserId, name: &str, lines: &[Line]) -> Vec<Call> {
    let mut name = name.to_owned();
    while ROOM_NAME_BYTES < name.len() {
        name.pop();
    }
    let room = ["rooms", room_id.as_str()];
    let body = json!({ "name": name, "owner": host });
    let mut opening = vec![Call::new(Caller::Admin, Method::PUT, &room, body)];
    // A recording that knows the status of its room says itself when the show begins.
    if !lines.iter().any(|line| matches!(line.kind, Kind::Status { .. })) {
        let path = ["rooms", room_id.as_str(), "status"];
        let body = json!({ "status": "live" });
        opening.push(Call::new(Caller::Host(host.clone()), Method::PUT, &path, body));
    }
    opening
}

struct Planner {
    speed: f64,
    room_id: RoomId,
    host: UserId,
    gifts: BTreeMap<(String, u64), GiftId>,
    muted: HashSet<UserId>,
    scenes: Vec<Vec<Step>>,
}

impl Planner {
    fn line(&mut self, line: &Line) -> Result<(), InvalidId> {
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
        } else {
            self.step(line.t_ms, &user, call, sums);
        }
        Ok(())
    }

    fn step(&mut self, at_ms: u64, user: &UserId, call: Call, sums: Sums) {
        let step = Step { at_ms, user: user.clone(), call, sums };
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
        })
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

    fn define_gifts(&self) -> Vec<Call> {
        let define = |((name, unit_price), id): (&(String, u64), &GiftId)| {
            let body = json!({ "name": name, "unit_price": unit_price });
            Call::new(Caller::Admin, Method::PUT, &["gifts", id.as_str()], body)
        };
        self.gifts.iter().map(define).collect()
    }
}

impl Call {
    fn with(mut self, body: serde_json::Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// Seconds of the recording as seconds of the replay, at least one.
fn scaled(seconds: u32, speed: f64) -> u32 {
    let scaled = (f64::from(seconds) / speed).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    let seconds = scaled as u32;
    seconds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show;

    fn line(n: u64, user: &str, kind: Kind) -> Line {
        Line { n, t_ms: n * 1_000, room: "r".into(), user: user.into(), nick: None, kind }
    }

    fn chat(n: u64, user: &str) -> Line {
        line(n, user, Kind::Chat { text: "hi".into() })
    }

    #[test]
    fn somebody_who_speaks_after_a_mute_is_unmuted_first() {
        let timeout = Kind::Moderation {
            action: crate::recording::line::ModerationAction::Timeout,
            seconds: 60,
        };
        let lines = [chat(1, "ann"), line(2, "ann", timeout), chat(3, "bob"), chat(70, "ann")];

        let plan = Plan::new(&lines, 20.0, "x").unwrap();

        let calls: Vec<(&Method, &str)> =
            plan.scenes[0].iter().map(|step| (&step.call.method, &*step.call.path[2])).collect();
        let (post, put, delete) = (&Method::POST, &Method::PUT, &Method::DELETE);
        assert_eq!(
            calls,
            [
                (post, "messages"),
                (put, "mutes"),
                (post, "messages"),
                (delete, "mutes"),
                (post, "messages")
            ]
        );
        assert_eq!(plan.scenes[0][1].call.body, Some(json!({ "seconds": 3 })));
    }

    #[test]
    fn a_gift_at_two_prices_is_two_gifts() {
        let gift =
            |unit_price| Kind::Gift { gift: Gift { name: "g".into(), count: 1, unit_price } };
        let lines = [line(1, "a", gift(1)), line(2, "a", gift(2)), line(3, "a", gift(1))];

        let plan = Plan::new(&lines, 1.0, "x").unwrap();

        let ids: Vec<_> = plan.scenes[0]
            .iter()
            .map(|step| step.call.body.as_ref().unwrap()["gift_id"].clone())
            .collect();
        assert_eq!(ids, ["g", "g (2)", "g"]);
    }

    #[test]
    fn a_show_begins_and_ends_in_scenes_of_their_own() {
        let lines = show::generate(show::DEFAULT_SEED);
        let plan = Plan::new(&lines, 20.0, "x").unwrap();

        let lengths: Vec<usize> = plan.scenes.iter().map(Vec::len).collect();
        assert_eq!((lengths[0], lengths[1], lengths[3], lengths[4]), (5, 1, 1, 0));
        assert_eq!(plan.opening.len(), 1);
        assert_eq!(plan.room_id.as_str(), "tea-room-x");
    }
}
