//! Both sides of each limit.

use domain::actor::{Actor, Role};
use domain::app::broadcast_message::BroadcastMessage;
use domain::command::RoomCommand;
use domain::room::send_custom_message::SendCustomMessage;
use domain::room::send_likes::{LikesAdded, SendLikes};
use domain::room::send_message::SendMessage;

use super::*;

const NOW: Timestamp = Timestamp(0x018f_0000_0000);

fn room_id() -> RoomId {
    "room".parse().unwrap()
}

fn viewer(user: &str) -> Actor {
    Actor::unknown(user.parse().unwrap(), Role::Viewer)
}

fn in_room(command: RoomCommand) -> Action {
    Action::Room { room_id: room_id(), command }
}

fn say() -> Action {
    in_room(RoomCommand::SendMessage(SendMessage { text: "hi".into(), reply_to: None }))
}

fn custom(priority: Priority) -> Action {
    let (data, extension) = ("wave".into(), "".into());
    let send = SendCustomMessage { data, description: "".into(), extension, priority };
    in_room(RoomCommand::SendCustomMessage(send))
}

fn like(count: u32) -> Action {
    in_room(RoomCommand::SendLikes(SendLikes { count }))
}

fn send(limiter: &mut Limiter, actor: &Actor, action: &Action, at: Timestamp) -> Result<(), Shed> {
    let admission = limiter.before(actor, action, at)?;
    // Anything that a rule lets through: only that it is not empty matters here.
    let accepted = Ok(vec![EventData::LikesAdded(LikesAdded::none(0))]);
    limiter.after(admission, &accepted, &actor.user, Some(&room_id()), at)
}

fn after_ms(ms: i64) -> Timestamp {
    Timestamp(NOW.0 + ms)
}

/// How many of a class are let in at one moment, by users who send one message each.
fn let_in(limiter: &mut Limiter, action: &Action, at: Timestamp) -> usize {
    let sent = (0..200).map(|n| send(limiter, &viewer(&format!("user-{n}")), action, at));
    sent.flatten().count()
}

#[test]
fn a_room_takes_40_a_second_and_what_is_left_of_a_second_comes_back_with_time() {
    let mut limiter = Limiter::new(LimiterConfig::default());
    assert_eq!(let_in(&mut limiter, &say(), NOW), 40);
    let shed = send(&mut limiter, &viewer("ann"), &say(), NOW).unwrap_err();
    let reason = ShedReason::RoomRate;
    assert_eq!(shed, Shed { class: Priority::Normal, reason, retry_after_ms: 25 });
    assert!(send(&mut limiter, &viewer("ann"), &say(), after_ms(24)).is_err());
    assert!(send(&mut limiter, &viewer("ann"), &say(), after_ms(25)).is_ok());
    assert!(send(&mut limiter, &viewer("ann"), &say(), after_ms(25)).is_err());
    assert_eq!(let_in(&mut limiter, &say(), after_ms(1_025)), 40);
}

#[test]
fn the_lower_a_class_the_earlier_it_is_shed_and_high_has_a_reserve() {
    for (class, most) in
        [(Priority::Lowest, 20), (Priority::Low, 30), (Priority::Normal, 40), (Priority::High, 60)]
    {
        let mut limiter = Limiter::new(LimiterConfig::default());
        assert_eq!(let_in(&mut limiter, &custom(class), NOW), most, "{class:?}");
    }
    let mut limiter = Limiter::new(LimiterConfig::default());
    assert_eq!(let_in(&mut limiter, &custom(Priority::Low), NOW), 30);
    assert_eq!(let_in(&mut limiter, &custom(Priority::Lowest), NOW), 0);
    assert_eq!(let_in(&mut limiter, &say(), NOW), 10);
    assert_eq!(let_in(&mut limiter, &custom(Priority::High), NOW), 20);
    let every = LimiterConfig { room_messages_per_s: 1, ..LimiterConfig::default() };
    let mut limiter = Limiter::new(every);
    assert_eq!(let_in(&mut limiter, &custom(Priority::Lowest), NOW), 1);
}

#[test]
fn what_changes_nothing_takes_nothing_from_the_room() {
    let mut limiter = Limiter::new(LimiterConfig::default());
    for n in 0..100 {
        let actor = viewer(&format!("user-{n}"));
        let admission = limiter.before(&actor, &say(), NOW).unwrap();
        let refused = Err(Rejection::AllMuted);
        limiter.after(admission, &refused, &actor.user, Some(&room_id()), NOW).unwrap();
    }
    assert_eq!(let_in(&mut limiter, &say(), NOW), 40);
}

#[test]
fn a_user_sends_30_messages_in_10_s_refused_ones_included() {
    let mut limiter = Limiter::new(LimiterConfig::default());
    let ann = viewer("ann");
    for n in 0..30 {
        limiter.before(&ann, &say(), after_ms(n)).unwrap();
    }
    let shed = limiter.before(&ann, &say(), after_ms(9_000)).unwrap_err();
    assert_eq!((shed.reason, shed.retry_after_ms), (ShedReason::UserMessages, 1_000));
    limiter.before(&viewer("bob"), &say(), after_ms(9_000)).unwrap();
    limiter.before(&ann, &say(), after_ms(9_999)).unwrap_err();
    limiter.before(&ann, &say(), after_ms(10_000)).unwrap();
}

#[test]
fn a_user_sends_1000_likes_in_10_s_and_one_command_passes_whole_or_not_at_all() {
    let mut limiter = Limiter::new(LimiterConfig::default());
    let ann = viewer("ann");
    send(&mut limiter, &ann, &like(999), NOW).unwrap();
    let shed = send(&mut limiter, &ann, &like(2), NOW).unwrap_err();
    assert_eq!((shed.reason, shed.class), (ShedReason::UserLikes, Priority::Lowest));
    send(&mut limiter, &ann, &like(1), NOW).unwrap();
    send(&mut limiter, &ann, &like(1), after_ms(9_999)).unwrap_err();
    send(&mut limiter, &ann, &like(1_000), after_ms(10_000)).unwrap();
    assert_eq!(let_in(&mut limiter, &say(), NOW), 40, "likes take nothing from the room");
}

#[test]
fn a_trusted_caller_is_exempt_unless_the_setting_says_otherwise() {
    let admin = Actor::unknown("shop".parse().unwrap(), Role::Admin);
    let via = Actor { via: Some(admin.user.clone()), ..viewer("ann") };
    let exempt = LimiterConfig { room_messages_per_s: 1, ..LimiterConfig::default() };
    let counted = LimiterConfig { trusted_exempt: false, ..exempt.clone() };
    for actor in [admin, via] {
        let mut limiter = Limiter::new(exempt.clone());
        assert!((0..2).all(|_| send(&mut limiter, &actor, &say(), NOW).is_ok()));
        let mut limiter = Limiter::new(counted.clone());
        assert!(!(0..2).all(|_| send(&mut limiter, &actor, &say(), NOW).is_ok()));
    }
}

#[test]
fn a_limit_of_0_is_none() {
    let mut limiter = Limiter::new(LimiterConfig::off());
    let ann = viewer("ann");
    for _ in 0..1_000 {
        send(&mut limiter, &ann, &say(), NOW).unwrap();
        send(&mut limiter, &ann, &like(1_000), NOW).unwrap();
    }
}

#[test]
fn no_more_is_remembered_than_may_be() {
    let config = LimiterConfig { entries_max: 100, ..LimiterConfig::default() };
    let mut limiter = Limiter::new(config);
    for n in 0..1_000 {
        let actor = viewer(&format!("user-{n}"));
        assert_eq!(send(&mut limiter, &actor, &say(), NOW).is_ok(), n < 40);
        send(&mut limiter, &actor, &like(1), NOW).unwrap();
    }
    assert!(limiter.messages.len() <= 100 && limiter.likes.len() <= 100);
}

#[test]
fn all_rooms_are_told_five_times_a_second_whoever_asks() {
    let admin = Actor::unknown("shop".parse().unwrap(), Role::Admin);
    let (text, data) = ("sale".into(), "".into());
    let action = Action::App(AppCommand::BroadcastMessage(BroadcastMessage { text, data }));
    let mut limiter = Limiter::new(LimiterConfig::default());
    for _ in 0..5 {
        limiter.before(&admin, &action, NOW).unwrap();
    }
    let shed = limiter.before(&admin, &action, after_ms(999)).unwrap_err();
    assert_eq!((shed.reason, shed.retry_after_ms), (ShedReason::Broadcasts, 1));
    limiter.before(&admin, &action, after_ms(1_000)).unwrap();
    let mut off = Limiter::new(LimiterConfig::off());
    assert!((0..99).all(|_| off.before(&admin, &action, NOW).is_ok()));
}
