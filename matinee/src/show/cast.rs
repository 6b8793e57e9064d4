//! Who is in the show: the host, the viewers, what is on the shelf and in the gift catalogue.

use super::phrases::{LANGUAGES, Language};
use super::random::Random;
use crate::recording::line::{Gift, RecordedProduct};

/// Somebody with a part of their own: id and nick.
pub(super) type Person = (&'static str, &'static str);

pub(super) const HOST: Person = ("host-mei", "Mei 的茶室");
/// Helps to run the room from outside.
pub(super) const HELPER: Person = ("helper-lin", "Lin");
/// Does everything that a viewer can.
pub(super) const FAN: Person = ("fan-yuki", "ゆき");
/// Has to be told to go.
pub(super) const TROLL: Person = ("troll-77", "77");

/// Somebody who watches.
pub(super) struct Viewer {
    pub(super) id: String,
    pub(super) nick: String,
    pub(super) language: &'static Language,
    pub(super) joins_ms: u64,
}

/// Between 280 and 379 of them; most come in the first minute.
pub(super) fn viewers(random: &mut Random) -> Vec<Viewer> {
    let count = random.between(280, 380);
    (1..=count)
        .map(|number| {
            let language = random.pick(LANGUAGES);
            let nick = format!("{}{number}", random.pick(language.nicks));
            let late = random.chance(35);
            let joins_ms =
                if late { random.between(60_000, 270_000) } else { random.between(1_000, 60_000) };
            Viewer { id: format!("viewer-{number:03}"), nick, language, joins_ms }
        })
        .collect()
}

/// Gold for one.
const GIFTS: [(&str, u64); 6] = [
    ("tea leaf", 1),
    ("rose", 10),
    ("小花花", 100),
    ("lantern", 520),
    ("茶壶", 3_000),
    ("rocket", 9_900),
];

/// One sending of a gift. Cheap ones are the rule, and come in larger numbers.
pub(super) fn gift(random: &mut Random) -> Gift {
    let index = random.between(0, 6).min(random.between(0, 6));
    let (name, unit_price) = GIFTS[usize::try_from(index).unwrap_or_default()];
    let count_max = if unit_price < 500 { 20 } else { 3 };
    let count = if random.chance(70) { 1 } else { random.between(1, count_max) };
    Gift { name: name.into(), count: u32::try_from(count).unwrap_or(1), unit_price }
}

/// What the host sells, in the order of the show.
pub(super) fn products() -> Vec<RecordedProduct> {
    let shelf = [
        ("teapot-01", "Celadon teapot 青瓷茶壶", 12_800, Some(40)),
        ("bowl-02", "Rice bowl, set of four", 4_500, Some(120)),
        ("tea-03", "龙井 spring harvest 100 g", 6_800, None),
        ("towel-04", "Linen tea towel", 1_900, Some(300)),
        ("kettle-05", "Cast iron kettle 鉄瓶", 23_900, Some(12)),
    ];
    shelf
        .map(|(id, title, price_cents, stock)| RecordedProduct {
            id: id.into(),
            title: title.into(),
            price_cents,
            stock,
        })
        .into()
}
