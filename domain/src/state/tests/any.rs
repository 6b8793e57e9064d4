//! Random commands over few names, so that they meet and come to the limits.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::actor::{Actor, Role};
use crate::app::broadcast_message::BroadcastMessage;
use crate::app::define_gift::DefineGift;
use crate::app::register_user::RegisterUser;
use crate::app::remove_word_list::RemoveWordList;
use crate::app::set_admins::{SYSTEM_USER, SetAdmins};
use crate::app::set_level_rule::SetLevelRule;
use crate::app::set_word_list::{NewWordList, SetWordList};
use crate::coins::Coins;
use crate::command::{Action, AppCommand, RoomCommand};
use crate::ids::{GiftId, RoomId, UserId};
use crate::level::deed::Source;
use crate::level::rule::{Earning, LevelRule, Multiplier};
use crate::room::change_room_status::ChangeRoomStatus;
use crate::room::create_room::CreateRoom;
use crate::room::follow_host::FollowHost;
use crate::room::join_room::JoinRoom;
use crate::room::leave_room::LeaveRoom;
use crate::room::send_custom_message::SendCustomMessage;
use crate::room::send_gift::SendGift;
use crate::room::send_likes::SendLikes;
use crate::room::send_message::SendMessage;
use crate::room::send_paid_message::SendPaidMessage;
use crate::room::status::RoomStatus;
use crate::room::unfollow_host::UnfollowHost;
use crate::state::tests::any_commerce::any_commerce;
use crate::state::tests::any_fields::{any_definition, any_fields};
use crate::state::tests::any_moderation::any_moderation;
use crate::state::tests::any_registry::any_registry_command;
use crate::view::feed_item::Priority;

/// A command, who asks, and how long after the one before.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) later_ms: u16,
    pub(crate) actor: Actor,
    pub(crate) action: Action,
}

pub(crate) fn any_command() -> impl Strategy<Value = Asked> {
    let action = prop_oneof![
        2 => any_app_command().prop_map(Action::App),
        1 => any_word_list_command().prop_map(Action::App),
        8 => (any_room_id(), any_room_command())
            .prop_map(|(room_id, command)| Action::Room { room_id, command }),
    ];
    let by_operator = any_registry_command().prop_map(|command| (operator(), Action::App(command)));
    (0..2_000_u16, prop_oneof![9 => (any_actor(), action), 1 => by_operator])
        .prop_map(|(later_ms, (actor, action))| Asked { later_ms, actor, action })
}

/// Matinee itself, so that no list of admins stands in the way.
fn operator() -> Actor {
    Actor::unknown(SYSTEM_USER.parse().unwrap(), Role::Admin)
}

fn any_actor() -> impl Strategy<Value = Actor> {
    // Twice as many admins, so that more is accepted, and viewers, who are held back.
    let roles =
        vec![Role::Admin, Role::Admin, Role::Host, Role::Assistant, Role::Viewer, Role::Viewer];
    (any_user_id(), select(roles), any_text(), proptest::option::of(0..9_u32)).prop_map(
        |(user, role, nick, level)| Actor {
            nick: nick.into(),
            level,
            ..Actor::unknown(user, role)
        },
    )
}

fn any_app_command() -> impl Strategy<Value = AppCommand> {
    let register = (any_user_id(), any_text(), proptest::option::of(any_text())).prop_map(
        |(user_id, nick, avatar)| {
            let avatar = avatar.map(Into::into);
            AppCommand::RegisterUser(RegisterUser { user_id, nick: nick.into(), avatar })
        },
    );
    let define = (any_gift_id(), any_text(), any_price(), any::<bool>()).prop_map(
        |(gift_id, name, unit_price, retired)| {
            let plain = DefineGift::plain(gift_id, &name, unit_price);
            AppCommand::DefineGift(DefineGift { retired, ..plain })
        },
    );
    let rule = (any_earnings(), vec(0..1_000_u64, 0..3)).prop_map(|(earnings, thresholds)| {
        let rule = LevelRule { earnings, thresholds, day_begins_min: 0 };
        AppCommand::SetLevelRule(SetLevelRule { rule })
    });
    let admins = proptest::collection::btree_set(any_user_id(), 0..4)
        .prop_map(|user_ids| AppCommand::SetAdmins(SetAdmins { user_ids }));
    let broadcast = any_text().prop_map(|text| {
        let (text, data) = (text.into(), "".into());
        AppCommand::BroadcastMessage(BroadcastMessage { text, data })
    });
    prop_oneof![
        4 => register,
        4 => define,
        4 => rule,
        4 => any_definition(),
        1 => admins,
        1 => broadcast,
    ]
}

fn any_word_list_command() -> impl Strategy<Value = AppCommand> {
    let name = select(vec!["a", "b", "c"]).prop_map(|name| name.parse().unwrap());
    let words = proptest::collection::btree_set(any_text().prop_map(Into::into), 0..3);
    (proptest::option::of(any_room_id()), name, proptest::option::of(words)).prop_map(
        |(room_id, name, words)| match words {
            Some(words) => {
                let list = NewWordList { words, ..NewWordList::default() };
                AppCommand::SetWordList(SetWordList { room_id, name, list })
            }
            None => AppCommand::RemoveWordList(RemoveWordList { room_id, name }),
        },
    )
}

/// One of a few sources, twice now and then, with multipliers that often do not rise.
fn any_earnings() -> impl Strategy<Value = Vec<Earning>> {
    let source = select(vec![Source::Message, Source::GiftCoin]);
    let band =
        (0..3_u32, 0..300_u32).prop_map(|(from_level, percent)| Multiplier { from_level, percent });
    let earning = (source, any::<u32>(), vec(band, 0..3)).prop_map(|(source, points, bands)| {
        Earning { multiplier_by_level: bands, ..Earning::plain(source, points) }
    });
    vec(earning, 0..3)
}

fn any_room_command() -> impl Strategy<Value = RoomCommand> {
    // Boxed: all of them as one type overflow the stack of a test.
    prop_oneof![
        4 => any_command_of_those_who_run_it().boxed(),
        4 => any_command_of_those_who_watch().boxed(),
        4 => any_moderation().boxed(),
        4 => any_commerce().boxed(),
        1 => any_fields().boxed(),
        6 => any_commerce().boxed(),
    ]
}

fn any_command_of_those_who_run_it() -> impl Strategy<Value = RoomCommand> {
    let unregistered = proptest::bool::weighted(0.1);
    let create =
        (any_text(), any_user_id(), unregistered).prop_map(|(name, owner, unregistered)| {
            let (kind, cover) = ("".into(), "".into());
            let (name, owner_unregistered) = (name.into(), unregistered);
            RoomCommand::CreateRoom(CreateRoom { name, owner, kind, cover, owner_unregistered })
        });
    let status = select(RoomStatus::ALL.to_vec())
        .prop_map(|status| RoomCommand::ChangeRoomStatus(ChangeRoomStatus { status }));
    prop_oneof![3 => create, 1 => status]
}

fn any_command_of_those_who_watch() -> impl Strategy<Value = RoomCommand> {
    let message = (any_text(), proptest::option::of(0..9_u64)).prop_map(|(text, reply_to)| {
        RoomCommand::SendMessage(SendMessage { text: text.into(), reply_to })
    });
    let priorities = [Priority::Lowest, Priority::Low, Priority::Normal, Priority::High];
    let custom = (any_text(), any_text(), select(priorities.to_vec())).prop_map(
        |(data, extension, priority)| {
            let (data, description, extension) = (data.into(), "".into(), extension.into());
            let custom = SendCustomMessage { data, description, extension, priority };
            RoomCommand::SendCustomMessage(custom)
        },
    );
    let paid = (any_text(), any_price(), any::<u32>()).prop_map(|(text, amount, pinned_s)| {
        let text = text.into();
        RoomCommand::SendPaidMessage(SendPaidMessage { text, amount, pinned_s })
    });
    let gift = (
        any_gift_id(),
        0..20_u32,
        proptest::option::of(any_price()),
        proptest::option::weighted(0.2, 0..4_u64),
        any::<bool>(),
    );
    let gift = gift.prop_map(|(gift_id, count, unit_price, catalogue_version, combo)| {
        let gift = SendGift { gift_id, count, unit_price, catalogue_version, combo };
        RoomCommand::SendGift(gift)
    });
    prop_oneof![
        3 => message,
        1 => custom,
        1 => paid,
        1 => gift,
        1 => (0..1_100_u32).prop_map(|count| RoomCommand::SendLikes(SendLikes { count })),
        1 => Just(RoomCommand::JoinRoom(JoinRoom {})),
        1 => Just(RoomCommand::LeaveRoom(LeaveRoom {})),
        1 => Just(RoomCommand::FollowHost(FollowHost::default())),
        1 => Just(RoomCommand::UnfollowHost(UnfollowHost::default())),
    ]
}

fn any_room_id() -> impl Strategy<Value = RoomId> {
    // Mostly one room, so that commands meet what others have done.
    select(vec!["tea", "tea", "tea", "tea", "cups", "third"]).prop_map(|id| id.parse().unwrap())
}

pub(crate) fn any_user_id() -> impl Strategy<Value = UserId> {
    select(vec!["ann", "bob", "用户"]).prop_map(|id| id.parse().unwrap())
}

fn any_gift_id() -> impl Strategy<Value = GiftId> {
    select(vec!["rose", "rocket", "third"]).prop_map(|id| id.parse().unwrap())
}

pub(crate) fn any_price() -> impl Strategy<Value = Coins> {
    prop_oneof![4 => 0..3_u64, 1 => select(vec![Coins::MAX.0, Coins::MAX.0 + 1])].prop_map(Coins)
}

/// Mostly what fits a name; now and then anything.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[a-c \"\\\\]{1,3}", 1 => any::<String>(), 1 => Just("\0".into())]
}
