//! Packs: order, likes, the ledger, and that what is written is what was folded in.

use domain::actor::{Actor, Role};
use domain::codec;
use domain::coins::Coins;
use domain::command::{Action, Command, RoomCommand};
use domain::commit::{Accepted, Outcome};
use domain::event::{EventData, Scope};
use domain::ids::{AppId, CommandId, LogSeq, RoomId};
use domain::limits::Limits;
use domain::room::create_room::CreateRoom;
use domain::room::refund_gift::{GiftPlace, RefundGift, SentGift};
use domain::room::send_likes::SendLikes;
use domain::room::send_message::SendMessage;
use domain::timestamp::Timestamp;

use super::answer::Answer;
use super::ledger::LedgerConfig;
use super::limiter::Limiter;
use super::limiter::config::LimiterConfig;
use super::pack::{Pack, PackContext, SealedPack};
use super::state::SequencerState;

const NOW: Timestamp = Timestamp(0x018f_0000_0000);

fn id(n: u32) -> CommandId {
    format!("018f0000-0000-7000-8000-0000{n:08x}").parse().unwrap()
}

fn app() -> AppId {
    "shop".parse().unwrap()
}

fn room_id() -> RoomId {
    "room".parse().unwrap()
}

fn command(n: u32, user: &str, role: Role, command: RoomCommand) -> Command {
    let actor = Actor::unknown(user.parse().unwrap(), role);
    Command {
        id: id(n),
        actor,
        action: Action::Room { room_id: room_id(), command },
        screening: None,
    }
}

fn create(n: u32) -> Command {
    let owner = "host".parse().unwrap();
    let (name, kind, cover) = ("Tea".into(), "".into(), "".into());
    let create = CreateRoom { name, owner, kind, cover, owner_unregistered: false };
    command(n, "host", Role::Host, RoomCommand::CreateRoom(create))
}

fn say(n: u32, user: &str, text: &str) -> Command {
    let text = text.into();
    command(n, user, Role::Viewer, RoomCommand::SendMessage(SendMessage { text, reply_to: None }))
}

fn like(n: u32, user: &str, count: u32) -> Command {
    command(n, user, Role::Viewer, RoomCommand::SendLikes(SendLikes { count }))
}

fn pack(state: &mut SequencerState, commands: impl IntoIterator<Item = Command>) -> SealedPack {
    pack_at(state, NOW, commands)
}

fn pack_at(
    state: &mut SequencerState,
    now: Timestamp,
    commands: impl IntoIterator<Item = Command>,
) -> SealedPack {
    let context = PackContext {
        app: &app(),
        commit_id: id(u32::MAX),
        now,
        limits: &Limits::default(),
        ledger: &LedgerConfig::default(),
        bytes_max: 512 * 1024,
    };
    let mut limiter = Limiter::new(LimiterConfig::off());
    let mut pack = Pack::new(state, &mut limiter, context);
    for command in commands {
        assert!(pack.has_room());
        pack.decide(command);
    }
    let sealed = pack.seal();
    if sealed.commit.is_some() {
        state.log_seq = state.log_seq.next();
    }
    sealed
}

fn seq_of(answer: &Answer) -> u64 {
    match answer {
        Answer::Settled(Outcome::Accepted(Accepted { seq, .. })) => *seq,
        other => panic!("not accepted: {other:?}"),
    }
}

#[test]
fn commands_of_a_pack_see_each_other_in_order() {
    let mut state = SequencerState::default();
    let sealed = pack(&mut state, [say(1, "ann", "too early"), create(2), say(3, "ann", "hi")]);
    assert!(matches!(&sealed.answers[0], Answer::Settled(Outcome::Refused(_))));
    assert_eq!(seq_of(&sealed.answers[1]), 1);
    assert_eq!(seq_of(&sealed.answers[2]), 2);
    assert_eq!(sealed.events, 2);
}

#[test]
fn what_is_written_folds_to_the_same_state_ledger_included() {
    let mut state = SequencerState::default();
    let mut replayed = SequencerState::default();
    let packs = [
        vec![create(1), say(2, "ann", "hi"), like(3, "ann", 2), say(4, "bob", "")],
        vec![
            create(5),
            like(6, "bob", 3),
            like(7, "ann", 4),
            say(2, "ann", "hi"),
            say(8, "a", "b"),
        ],
    ];
    for commands in packs {
        let bytes = pack(&mut state, commands).commit.unwrap();
        let seq = replayed.log_seq.next();
        replayed.apply(codec::decode(&bytes).unwrap(), seq, &LedgerConfig::default());
    }
    assert_eq!(state, replayed);
    assert_eq!(state.ledger.len(), 8);
}

#[test]
fn likes_of_a_pack_become_one_event_and_each_sender_gets_its_place() {
    let mut state = SequencerState::default();
    pack(&mut state, [create(1)]);
    let likes = [like(2, "ann", 2), say(3, "bob", "hi"), like(4, "bob", 5), like(2, "ann", 2)];
    let sealed = pack(&mut state, likes);
    let commit = codec::decode(&sealed.commit.unwrap()).unwrap();
    let places: Vec<&Scope> = commit.events.iter().map(|event| &event.scope).collect();
    let room = |room_seq| Scope::Room { room_id: room_id(), room_seq };
    assert_eq!(places, [&room(2), &room(3)]);
    let EventData::LikesAdded(added) = &commit.events[1].data else { panic!("likes come last") };
    assert_eq!((added.count, added.total, added.by.len()), (7, 7, 2));
    assert_eq!([0, 2, 3].map(|n| seq_of(&sealed.answers[n])), [3, 3, 3]);
}

#[test]
fn the_same_id_gets_the_first_answer_in_the_same_pack_and_later() {
    let mut state = SequencerState::default();
    let first = pack(&mut state, [create(1), say(2, "ann", "hi"), say(2, "ann", "hi")]);
    assert_eq!(first.answers[1], first.answers[2]);
    let second = pack(&mut state, [say(2, "ann", "hi"), say(3, "ann", "")]);
    assert_eq!(second.answers[0], first.answers[1]);
    let third = pack(&mut state, [say(3, "ann", ""), say(2, "bob", "hi")]);
    assert_eq!(third.answers[0], second.answers[1]);
    assert_eq!(third.answers[1], Answer::IdReused);
    assert_eq!(third.commit, None, "known answers need no commit");
}

#[test]
fn refusals_are_recorded_so_that_the_next_leader_gives_them_again() {
    let mut state = SequencerState::default();
    let sealed = pack(&mut state, [say(1, "ann", "no room")]);
    let commit = codec::decode(&sealed.commit.unwrap()).unwrap();
    assert_eq!(commit.events, []);
    let mut next_leader = SequencerState::default();
    next_leader.apply(commit, LogSeq(1), &LedgerConfig::default());
    // Meanwhile the room exists; the answer stays what it was.
    pack(&mut next_leader, [create(2)]);
    let again = pack(&mut next_leader, [say(1, "ann", "no room")]);
    assert_eq!(again.answers, sealed.answers);
}

#[test]
fn time_in_the_log_never_goes_back() {
    let mut state = SequencerState::default();
    pack(&mut state, [create(1)]);
    let sealed = pack_at(&mut state, Timestamp(NOW.0 - 60_000), [say(2, "ann", "hi")]);
    assert_eq!(codec::decode(&sealed.commit.unwrap()).unwrap().events[0].at, NOW);
}

#[test]
fn a_pack_is_full_before_it_could_become_too_large() {
    let mut state = SequencerState::default();
    pack(&mut state, [create(1)]);
    let (limits, ledger) = (Limits::default(), LedgerConfig::default());
    let bytes_max = 512 * 1024;
    let commit_id = id(u32::MAX);
    let context = PackContext {
        app: &app(),
        commit_id,
        now: NOW,
        limits: &limits,
        ledger: &ledger,
        bytes_max,
    };
    let mut limiter = Limiter::new(LimiterConfig::off());
    let mut pack = Pack::new(&mut state, &mut limiter, context);
    let worst = "\u{1}".repeat(limits.message_bytes_max as usize);
    let mut n = 2;
    while pack.has_room() {
        pack.decide(say(n, "ann", &worst));
        n += 1;
    }
    let bytes = pack.seal().commit.unwrap().len();
    assert!(bytes_max * 3 / 4 < bytes && bytes <= bytes_max, "{bytes}");
}

#[test]
fn what_is_shed_leaves_no_trace_and_the_same_id_is_accepted_later() {
    let mut state = SequencerState::default();
    pack(&mut state, [create(1)]);
    let config = LimiterConfig { room_messages_per_s: 1, ..LimiterConfig::default() };
    let mut limiter = Limiter::new(config);
    let (limits, ledger) = (Limits::default(), LedgerConfig::default());
    let shop = app();
    let context = |now| PackContext {
        app: &shop,
        commit_id: id(u32::MAX),
        now,
        limits: &limits,
        ledger: &ledger,
        bytes_max: 512 * 1024,
    };
    let mut first = Pack::new(&mut state, &mut limiter, context(NOW));
    first.decide(say(2, "ann", "first"));
    first.decide(say(3, "bob", "too much"));
    first.decide(say(2, "ann", "first"));
    let SealedPack { answers, events, .. } = first.seal();
    assert_eq!((seq_of(&answers[0]), seq_of(&answers[2]), events), (2, 2, 1));
    assert!(matches!(answers[1], Answer::Shed(_)), "{answers:?}");

    let later = Timestamp(NOW.0 + 1_000);
    let mut second = Pack::new(&mut state, &mut limiter, context(later));
    second.decide(say(3, "bob", "too much"));
    assert_eq!(seq_of(&second.seal().answers[0]), 3);
}

fn refund(n: u32, place: Option<GiftPlace>) -> Command {
    let refund = RefundGift { room_seq: 1, reason: None, place, as_of: LogSeq(0) };
    command(n, "shop", Role::Admin, RoomCommand::RefundGift(refund))
}

#[test]
fn what_is_not_known_yet_leaves_no_trace_and_is_decided_once_when_it_is() {
    let gift = || {
        let (user_id, gift_id) = ("ann".parse().unwrap(), "rose".parse().unwrap());
        let (name, amount) = ("Rose".into(), Coins(10));
        let sent = SentGift { user_id, at: NOW, gift_id, name, count: 1, amount };
        Some(GiftPlace::Sent(sent))
    };
    let mut state = SequencerState::default();
    pack(&mut state, [create(1)]);
    let ledger = state.ledger.clone();
    let unknown = pack(&mut state, [refund(2, None)]);
    assert!(matches!(&unknown.answers[..], [Answer::Undecided(_)]), "{:?}", unknown.answers);
    assert_eq!((unknown.commit, &state.ledger), (None, &ledger));

    // Packed together, and after that: whatever the gateway had looked up before.
    let sealed = pack(&mut state, [refund(2, gift()), refund(3, gift())]);
    assert_eq!((seq_of(&sealed.answers[0]), sealed.events), (2, 1));
    assert_eq!(sealed.answers[1], Answer::Settled(Outcome::AlreadySo));
    let again = pack(&mut state, [refund(2, None), refund(4, gift())]);
    assert_eq!(again.answers[0], sealed.answers[0], "the id has its answer");
    assert_eq!((&again.answers[1], again.events), (&sealed.answers[1], 0));
}
