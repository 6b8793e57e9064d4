//! When everything happens: five minutes of a show, from "live" to "ended".

use domain::room::status::RoomStatus;

use super::cast::{self, HOST, Person, Viewer};
use super::random::Random;
use super::{phrases, plot};
use crate::recording::line::{Kind, Line, ModerationAction};

/// How long the show is.
const LENGTH_MS: u64 = 300_000;
/// The last things are sent a little before the end, so that nothing meets a closed room.
const LAST_MS: u64 = 296_000;
/// How long somebody is muted.
const MUTE_S: u32 = 60;
/// How long the host explains one product.
const SPOTLIGHT_MS: u64 = 55_000;

pub(super) fn write(seed: u64) -> Vec<Line> {
    let mut script = Script { random: Random::new(seed), lines: Vec::new() };
    let viewers = cast::viewers(&mut script.random);
    script.host();
    let muted = script.mutes(&viewers);
    for viewer in &viewers {
        let silent = muted.iter().find(|(id, _)| *id == viewer.id).map(|(_, at_ms)| *at_ms);
        script.watch(viewer, silent.unwrap_or(LAST_MS));
    }
    script.bursts(&viewers, &muted);
    script.finish()
}

struct Script {
    random: Random,
    lines: Vec<Line>,
}

impl Script {
    fn add(&mut self, t_ms: u64, user: &str, nick: &str, kind: Kind) {
        self.lines.push(Line {
            n: 0,
            t_ms,
            room: "tea-room".into(),
            user: user.into(),
            nick: Some(nick.into()),
            kind,
        });
    }

    fn act(&mut self, t_ms: u64, (id, nick): Person, kind: Kind) {
        self.add(t_ms, id, nick, kind);
    }

    /// Products come onto the shelf before the show, then each is explained in its turn.
    fn host(&mut self) {
        for product in cast::products() {
            self.act(0, HOST, Kind::Product { product });
        }
        for (at_ms, who, kind) in plot::beats() {
            self.act(at_ms, who, kind);
        }
        self.act(500, HOST, Kind::Status { status: RoomStatus::Live });
        for (product, turn) in cast::products().into_iter().zip(0..) {
            let from_ms = 5_000 + turn * SPOTLIGHT_MS;
            let product_id = Some(product.id);
            self.act(from_ms, HOST, Kind::Spotlight { product_id });
            for _ in 0..3 {
                let at_ms = self.random.between(from_ms + 500, from_ms + SPOTLIGHT_MS);
                let text = (*self.random.pick(phrases::HOST)).into();
                self.act(at_ms, HOST, Kind::Chat { text });
            }
        }
        self.act(290_000, HOST, Kind::Spotlight { product_id: None });
        self.act(LENGTH_MS, HOST, Kind::Status { status: RoomStatus::Ended });
        self.act(LENGTH_MS, HOST, Kind::Status { status: RoomStatus::Replay });
        let (at_ms, who, kind) = plot::archive(LENGTH_MS);
        self.act(at_ms, who, kind);
    }

    /// A few are muted in the second half and send nothing more. Returns who and when.
    fn mutes(&mut self, viewers: &[Viewer]) -> Vec<(String, u64)> {
        let early: Vec<&Viewer> = viewers.iter().filter(|v| v.joins_ms < 60_000).collect();
        let mut muted: Vec<(String, u64)> = Vec::new();
        for at_ms in [160_000, 190_000, 230_000] {
            let viewer = *self.random.pick(&early);
            if muted.iter().all(|(id, _)| *id != viewer.id) {
                let kind = Kind::Moderation { action: ModerationAction::Timeout, seconds: MUTE_S };
                self.add(at_ms, &viewer.id, &viewer.nick, kind);
                muted.push((viewer.id.clone(), at_ms));
            }
        }
        muted
    }

    /// One viewer: comes, chats, likes, now and then gives or pays, perhaps leaves.
    fn watch(&mut self, viewer: &Viewer, until_ms: u64) {
        let Viewer { id, nick, language, joins_ms } = viewer;
        self.add(*joins_ms, id, nick, Kind::Join);
        let leaves_ms = if self.random.chance(30) {
            self.random.between(joins_ms + 5_000, LENGTH_MS + 60_000)
        } else {
            LENGTH_MS
        };
        let until_ms = until_ms.min(leaves_ms).min(LAST_MS);
        if self.random.chance(40) && joins_ms + 3_000 < until_ms {
            let text = (*self.random.pick(language.greetings)).into();
            self.add(joins_ms + 2_000, id, nick, Kind::Chat { text });
        }
        let mut at_ms = *joins_ms;
        loop {
            at_ms += self.random.between(8_000, 70_000);
            if until_ms <= at_ms {
                break;
            }
            let kind = self.idea(viewer);
            self.add(at_ms, id, nick, kind);
        }
        if leaves_ms < LAST_MS {
            self.add(leaves_ms, id, nick, Kind::Leave);
        }
    }

    fn idea(&mut self, viewer: &Viewer) -> Kind {
        let language = viewer.language;
        match self.random.between(0, 100) {
            0..50 => Kind::Chat { text: (*self.random.pick(language.chat)).into() },
            50..64 => Kind::Chat { text: (*self.random.pick(language.questions)).into() },
            64..94 => {
                let count = self.random.between(1, 30);
                Kind::Like { count: u32::try_from(count).unwrap_or(1) }
            }
            94..98 => Kind::Gift { gift: cast::gift(&mut self.random) },
            _ => {
                let text = (*self.random.pick(phrases::PAID)).into();
                let price = *self.random.pick(&[3_000, 5_000, 10_000, 30_000]);
                Kind::Superchat { price, seconds: 60, text }
            }
        }
    }

    /// Somebody clicks the gift button again and again: the combos that a room must bear.
    fn bursts(&mut self, viewers: &[Viewer], muted: &[(String, u64)]) {
        let givers: Vec<&Viewer> = viewers
            .iter()
            .filter(|v| v.joins_ms < 60_000 && muted.iter().all(|(id, _)| *id != v.id))
            .collect();
        for _ in 0..8 {
            let viewer = *self.random.pick(&givers);
            let gift = cast::gift(&mut self.random);
            let mut at_ms = self.random.between(61_000, 280_000);
            for _ in 0..self.random.between(6, 16) {
                let (id, nick, gift) = (&viewer.id, &viewer.nick, gift.clone());
                self.add(at_ms, id, nick, Kind::Gift { gift });
                at_ms += self.random.between(120, 900);
            }
        }
    }

    fn finish(mut self) -> Vec<Line> {
        // Stable: what happens at the same moment stays in the order in which it was written.
        self.lines.sort_by_key(|line| line.t_ms);
        for (line, n) in self.lines.iter_mut().zip(1..) {
            line.n = n;
        }
        self.lines
    }
}
