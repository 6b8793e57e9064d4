//! One sample of everything that is written to a log: the golden files, the tests of the
//! projections and the generated catalogue are made from it.
//!
//! The events are a small show that can be folded: an app's first events, then those of one room,
//! dense in both sequences. A test at the bottom fails when a type is missing.

use std::str::FromStr;
use std::sync::Arc;

use crate::actor::{Actor, Role};
use crate::app::define_gift::GiftDefined;
use crate::app::epoch::EpochStarted;
use crate::app::register_user::UserRegistered;
use crate::app::set_level_rule::LevelRuleSet;
use crate::coins::Coins;
use crate::commit::{Commit, Outcome, Settled};
use crate::event::{Event, EventData, EventId, Scope};
use crate::ids::{CommandId, RoomId, UserId};
use crate::level::LevelRule;
use crate::rejection::Rejection;
use crate::room::appoint_assistant::AssistantAppointed;
use crate::room::ban_user::UserBanned;
use crate::room::change_room_status::RoomStatusChanged;
use crate::room::create_room::RoomCreated;
use crate::room::dismiss_assistant::AssistantDismissed;
use crate::room::join_room::RoomJoined;
use crate::room::kick_user::UserKicked;
use crate::room::leave_room::RoomLeft;
use crate::room::mute_all::MuteAllSet;
use crate::room::mute_user::UserMuted;
use crate::room::send_custom_message::CustomMessageSent;
use crate::room::send_gift::GiftSent;
use crate::room::send_likes::{LikesAdded, LikesBy};
use crate::room::send_message::MessageSent;
use crate::room::send_paid_message::PaidMessageSent;
use crate::room::set_announcement::AnnouncementSet;
use crate::room::set_introduction::IntroductionSet;
use crate::room::set_product::ProductSet;
use crate::room::set_slow_mode::SlowModeSet;
use crate::room::set_spotlight::SpotlightSet;
use crate::room::state::Product;
use crate::room::status::RoomStatus;
use crate::room::unban_user::UserUnbanned;
use crate::room::unmute_user::UserUnmuted;
use crate::timestamp::Timestamp;
use crate::view::feed_item::Priority;

/// When the first sample event was decided; each later one a second after the one before.
pub const BEGIN: Timestamp = Timestamp(1_700_000_000_000);

/// The room of all sample room events.
pub fn room_id() -> RoomId {
    parse("room-1")
}

/// The id of the `n`th sample command.
pub fn command_id(n: u32) -> CommandId {
    parse(&format!("018bcfe5-6800-7000-8000-0000{n:08x}"))
}

/// One event of every type, in an order in which they can happen.
pub fn events() -> Vec<Event> {
    let app = app_events().into_iter().zip(1..).map(|((actor, data), app_seq)| {
        let scope = Scope::App { app_seq };
        (scope, actor, data)
    });
    let room = room_events()
        .into_iter()
        .chain(later_room_events())
        .chain(people_events())
        .chain(more_people_events())
        .zip(1..)
        .map(|((actor, data), room_seq)| {
            let scope = Scope::Room { room_id: room_id(), room_seq };
            (scope, actor, data)
        });
    app.chain(room)
        .zip(1..)
        .map(|((scope, actor, data), n)| Event {
            scope,
            id: EventId { command: command_id(n), index: 0 },
            at: Timestamp(BEGIN.0 + i64::from(n - 1) * 1_000),
            actor,
            data,
        })
        .collect()
}

/// A commit with two events, an "already so" and a refusal of every kind.
pub fn commit() -> Commit {
    let first = events().into_iter().take(2);
    let settled = |n: u32, outcome| Settled { cmd: command_id(n), user: parse("ann"), outcome };
    let refused = rejections().into_iter().zip(101..);
    Commit {
        id: command_id(1),
        epoch: 1,
        at: Timestamp(BEGIN.0 + 1_000),
        events: first.collect(),
        settled: std::iter::once(settled(100, Outcome::AlreadySo))
            .chain(refused.map(|(rejection, n)| settled(n, Outcome::Refused(rejection))))
            .collect(),
    }
}

/// One refusal of every kind.
pub fn rejections() -> Vec<Rejection> {
    let text = || "text".to_owned();
    vec![
        Rejection::RoomNotFound { room_id: room_id() },
        Rejection::RoomIdTaken { room_id: room_id() },
        Rejection::TooManyRooms { max: 100_000 },
        Rejection::NotAllowed { needed: "an admin".into() },
        Rejection::IllegalTransition { from: RoomStatus::Ended, to: RoomStatus::Live },
        Rejection::RoomClosed { status: RoomStatus::Ended },
        Rejection::Muted { until: Some(BEGIN) },
        Rejection::Banned { until: None },
        Rejection::AllMuted,
        Rejection::SlowMode { seconds_left: 5 },
        Rejection::OwnerImmune { user_id: parse("host") },
        Rejection::TooManyMutes { max: 10_000 },
        Rejection::TooManyBans { max: 10_000 },
        Rejection::TooManyAllowed { max: 1_000 },
        Rejection::TooManyAssistants { max: 50 },
        Rejection::TextEmpty { field: text() },
        Rejection::TextTooLong { field: text(), bytes: 12_289, bytes_max: 12_288 },
        Rejection::TextUnstorable { field: text() },
        Rejection::OutOfRange { field: "count".into(), value: 0, min: 1, max: 9_999 },
        Rejection::GiftNotFound { gift_id: parse("rose") },
        Rejection::PriceChanged { price: Coins(100), seen: Coins(90) },
        Rejection::TooManyGifts { max: 1_000 },
        Rejection::ProductNotFound { product_id: parse("tea") },
        Rejection::TooManyProducts { max: 500 },
        Rejection::ThresholdsNotRising,
    ]
}

fn app_events() -> Vec<(Actor, EventData)> {
    let sequencer = Actor::unknown(parse("sequencer"), Role::Admin);
    let admin = || Actor::unknown(parse("shop"), Role::Admin);
    vec![
        (
            sequencer,
            EventData::EpochStarted(EpochStarted { epoch: 1, leader: "instance-1".into() }),
        ),
        (
            admin(),
            EventData::UserRegistered(UserRegistered {
                user_id: parse("ann"),
                nick: "Ann 安".into(),
                avatar: Some(avatar()),
            }),
        ),
        (
            admin(),
            EventData::GiftDefined(GiftDefined {
                gift_id: parse("rose"),
                name: "Rose".into(),
                unit_price: Coins(100),
                retired: false,
                catalogue_version: 1,
            }),
        ),
        (
            admin(),
            EventData::LevelRuleSet(LevelRuleSet {
                rule: LevelRule { points_per_like: 1, ..LevelRule::default() },
            }),
        ),
    ]
}

fn room_events() -> Vec<(Actor, EventData)> {
    let host = || Actor::unknown(parse("host"), Role::Host);
    let assistant = || Actor::unknown(parse("helper"), Role::Assistant);
    let bob: UserId = parse("bob");
    let tea = || Product { title: "Green tea".into(), price_cents: 1_290, stock: Some(40) };
    let name = "Tea time".into();
    vec![
        (host(), EventData::RoomCreated(RoomCreated { name, owner: parse("host") })),
        (
            host(),
            EventData::RoomStatusChanged(RoomStatusChanged {
                from: RoomStatus::Scheduled,
                to: RoomStatus::Live,
            }),
        ),
        (ann(), EventData::RoomJoined(RoomJoined {})),
        (
            ann(),
            EventData::MessageSent(MessageSent {
                text: "hello 你好 \u{1f44b}".into(),
                reply_to: None,
            }),
        ),
        (
            Actor { via: Some(parse("shop")), ..ann() },
            EventData::PaidMessageSent(PaidMessageSent {
                text: "for the tea".into(),
                amount: Coins(30_000),
                pinned_s: 60,
            }),
        ),
        (
            ann(),
            EventData::GiftSent(GiftSent {
                gift_id: parse("rose"),
                name: "Rose".into(),
                count: 3,
                unit_price: Coins(100),
                amount: Coins(300),
            }),
        ),
        (ann(), EventData::LikesAdded(likes(bob.clone()))),
        (
            assistant(),
            EventData::ProductSet(ProductSet { product_id: parse("tea"), product: tea() }),
        ),
        (
            host(),
            EventData::SpotlightSet(SpotlightSet {
                product_id: Some(parse("tea")),
                product: Some(tea()),
            }),
        ),
        (
            assistant(),
            EventData::UserMuted(UserMuted {
                user_id: bob.clone(),
                seconds: 60,
                until: Some(Timestamp(BEGIN.0 + 73_000)),
            }),
        ),
        (host(), EventData::UserUnmuted(UserUnmuted { user_id: bob })),
        (ann(), EventData::RoomLeft(RoomLeft {})),
    ]
}

/// Came later: what is added stands at the end, so that the golden files before it stay.
fn later_room_events() -> Vec<(Actor, EventData)> {
    vec![(
        ann(),
        EventData::CustomMessageSent(CustomMessageSent {
            data: "follow".into(),
            description: "".into(),
            extension: "{\"since\": 1}".into(),
            priority: Priority::Low,
        }),
    )]
}

/// Who may be here and who may talk.
fn people_events() -> Vec<(Actor, EventData)> {
    let host = || Actor::unknown(parse("host"), Role::Host);
    let bob: UserId = parse("bob");
    let user_id = || bob.clone();
    vec![
        (
            host(),
            EventData::UserKicked(UserKicked { user_id: user_id(), reason: Some("spam".into()) }),
        ),
        (
            host(),
            EventData::UserBanned(UserBanned {
                user_id: user_id(),
                seconds: 3_600,
                until: Some(Timestamp(BEGIN.0 + 3_617_000)),
                reason: Some("spam again".into()),
            }),
        ),
        (host(), EventData::UserUnbanned(UserUnbanned { user_id: user_id() })),
        (host(), EventData::SlowModeSet(SlowModeSet { seconds: 5 })),
        (
            host(),
            EventData::MuteAllSet(MuteAllSet {
                on: true,
                allow: [user_id()].into_iter().collect(),
            }),
        ),
    ]
}

/// Who helps, and what everybody shall read.
fn more_people_events() -> Vec<(Actor, EventData)> {
    let host = || Actor::unknown(parse("host"), Role::Host);
    let user_id = || parse("ann");
    let text = || Arc::from("free shipping 包邮");
    vec![
        (host(), EventData::AnnouncementSet(AnnouncementSet { text: text() })),
        (host(), EventData::IntroductionSet(IntroductionSet { text: text() })),
        (host(), EventData::AssistantAppointed(AssistantAppointed { user_id: user_id() })),
        (host(), EventData::AssistantDismissed(AssistantDismissed { user_id: user_id() })),
    ]
}

fn ann() -> Actor {
    Actor {
        nick: "Ann 安".into(),
        avatar: Some(avatar()),
        level: Some(2),
        ..Actor::unknown(parse("ann"), Role::Viewer)
    }
}

/// Seven likes of two people.
fn likes(bob: UserId) -> LikesAdded {
    let by = |user_id, count, n| LikesBy { user_id, count, cmd: command_id(n) };
    LikesAdded { count: 7, total: 7, by: vec![by(parse("ann"), 5, 11), by(bob, 2, 200)] }
}

fn avatar() -> Arc<str> {
    "https://img.example/ann.png".into()
}

#[expect(clippy::expect_used, reason = "the samples are constants, and the tests make them all")]
fn parse<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a sample id is valid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::AppState;

    /// The texts after `=>` in the match of `function`.
    fn names_in(source: &'static str, function: &str) -> Vec<&'static str> {
        let (_, body) = source.split_once(function).unwrap();
        let (body, _) = body.split_once("\n    }\n").unwrap();
        body.lines().filter_map(|line| line.split_once("=> \"")?.1.split('"').next()).collect()
    }

    #[test]
    fn there_is_one_sample_of_every_event_type() {
        let known = names_in(include_str!("event.rs"), "fn type_name");
        let mut sampled: Vec<_> = events().iter().map(|event| event.data.type_name()).collect();
        sampled.sort_by_key(|name| known.iter().position(|known| known == name));
        assert_eq!(sampled, known);
    }

    #[test]
    fn there_is_one_sample_of_every_refusal() {
        let sampled: Vec<_> = rejections().iter().map(Rejection::code).collect();
        assert_eq!(sampled, names_in(include_str!("rejection.rs"), "fn code"));
    }

    #[test]
    fn the_samples_are_a_show_that_can_be_folded() {
        let mut state = AppState::default();
        for event in &events() {
            state.evolve(event);
        }
        assert_eq!((state.app_seq, state.epoch, state.gifts.len()), (4, 1, 1));
        let room = &state.rooms[&room_id()];
        assert_eq!((room.seq, room.totals.likes, room.totals.gift_coins), (22, 7, Coins(300)));
    }
}
