//! The events that were there first. Their golden files have the places and ids that follow from
//! this order, so it stays as it is; later events stand in files of their own.

use std::sync::Arc;

use crate::actor::{Actor, Role};
use crate::app::define_gift::GiftDefined;
use crate::app::epoch::EpochStarted;
use crate::app::register_user::UserRegistered;
use crate::app::set_level_rule::LevelRuleSet;
use crate::coins::Coins;
use crate::event::EventData;
use crate::ids::UserId;
use crate::level::deed::Source;
use crate::level::rule::{Earning, LevelRule, Multiplier};
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
use crate::room::shelf::Product;
use crate::room::status::RoomStatus;
use crate::room::unban_user::UserUnbanned;
use crate::room::unmute_user::UserUnmuted;
use crate::sample::{BEGIN, ann, avatar, command_id, host, parse};
use crate::timestamp::Timestamp;
use crate::view::feed_item::Priority;

/// All of the room, in order.
pub(super) fn all_room_events() -> Vec<(Actor, EventData)> {
    let mut events = room_events();
    events.extend(later_room_events());
    events.extend(people_events());
    events.extend(more_people_events());
    events
}

pub(super) fn app_events() -> Vec<(Actor, EventData)> {
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
        (admin(), EventData::GiftDefined(GiftDefined::plain(parse("rose"), "Rose", Coins(100), 1))),
        (admin(), EventData::LevelRuleSet(LevelRuleSet { rule: level_rule() })),
    ]
}

fn room_events() -> Vec<(Actor, EventData)> {
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
                combo: None,
            }),
        ),
        (ann(), EventData::LikesAdded(likes(bob.clone()))),
        (
            assistant(),
            EventData::ProductSet(ProductSet {
                product_id: parse("tea"),
                product: tea(),
                is_new: false,
                sold_out: false,
            }),
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
    let user_id = || parse("ann");
    let text = || Arc::from("free shipping 包邮");
    vec![
        (host(), EventData::AnnouncementSet(AnnouncementSet { text: text() })),
        (host(), EventData::IntroductionSet(IntroductionSet { text: text() })),
        (host(), EventData::AssistantAppointed(AssistantAppointed { user_id: user_id() })),
        (host(), EventData::AssistantDismissed(AssistantDismissed { user_id: user_id() })),
    ]
}

/// Seven likes of two people.
fn likes(bob: UserId) -> LikesAdded {
    let by = |user_id, count, n| LikesBy { user_id, count, cmd: command_id(n) };
    LikesAdded { count: 7, total: 7, by: vec![by(parse("ann"), 5, 11), by(bob, 2, 200)] }
}

/// The usual rule, with a like that counts a little, more so from level 2 on.
fn level_rule() -> LevelRule {
    let usual = LevelRule::default();
    let like = Earning {
        per_unit: 2,
        daily_cap: Some(10),
        multiplier_by_level: vec![Multiplier { from_level: 2, percent: 150 }],
        ..Earning::plain(Source::Like, 1)
    };
    let earnings = usual.earnings.iter().cloned().chain([like]).collect();
    LevelRule { earnings, day_begins_min: 960, ..usual }
}
