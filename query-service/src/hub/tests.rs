//! Folding, waking and bounds of the hub.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::actor::{Actor, Role};
use domain::event::{Event, EventData, EventId, Scope};
use domain::room::create_room::RoomCreated;
use domain::room::mute_all::MuteAllSet;
use domain::room::send_message::MessageSent;
use tokio::time::Instant;

use super::*;
use crate::broadcast::gather::Gather;
use crate::hub::ring::After;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn reader() -> Reader {
    Reader { user: "ann".parse().unwrap(), role: Role::Viewer }
}

fn room(number: u32) -> RoomId {
    format!("room-{number}").parse().unwrap()
}

fn hub(change: impl FnOnce(&mut HubConfig)) -> Arc<AppHub> {
    let mut config = HubConfig::default();
    // These rooms say more in a moment than people do.
    config.shaping.normal_items_per_s = 0;
    change(&mut config);
    let (lanes, metrics) = (Arc::new(Lanes::new(1, Gather::default())), Arc::new(Metrics::new()));
    Arc::new(AppHub::new("shop".parse().unwrap(), config, lanes, metrics))
}

/// The first event of a room creates it, the others are messages.
fn event(room_id: &RoomId, room_seq: u64, at: Timestamp) -> Event {
    let actor = Actor::unknown("ann".parse().unwrap(), Role::Admin);
    let data = if room_seq == 1 {
        let owner = actor.user.clone();
        EventData::RoomCreated(RoomCreated { name: "Tea".into(), owner })
    } else {
        EventData::MessageSent(MessageSent {
            text: format!("message {room_seq}").into(),
            reply_to: None,
        })
    };
    let command = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
    let scope = Scope::Room { room_id: room_id.clone(), room_seq };
    Event { scope, id: EventId { command, index: 0 }, at, actor, data }
}

fn fill(hub: &AppHub, room_id: &RoomId, seqs: std::ops::RangeInclusive<u64>) {
    let events: Vec<Event> = seqs.map(|seq| event(room_id, seq, NOW)).collect();
    let log_seq = hub.log_seq().next();
    hub.apply(&events, log_seq, NOW);
}

fn cursors(hub: &AppHub, room_id: &RoomId) -> (u64, u64) {
    let subscription = hub.subscribe(room_id, &reader(), NOW).unwrap();
    (subscription.room().oldest_cursor(), subscription.room().head())
}

#[test]
fn a_batch_is_folded_and_wakes_each_room_once() {
    let hub = hub(|_| {});
    fill(&hub, &room(1), 1..=1);
    let mut subscription = hub.subscribe(&room(1), &reader(), NOW).unwrap();
    assert_eq!(subscription.look(), None);

    fill(&hub, &room(1), 2..=4);

    let After::Run(run) = subscription.room().after(1) else { panic!("three items came") };
    assert_eq!((run.first, run.last), (2, 4));
    assert_eq!(hub.log_seq(), LogSeq(2));
    let snapshot = hub.snapshot(&room(1), &reader(), 2).unwrap();
    assert_eq!((snapshot.room_seq, snapshot.log_seq), (4, LogSeq(2)));
    assert_eq!(snapshot.newest.len(), 2);
    assert_eq!(hub.head(&room(2)), None);
    assert!(hub.subscribe(&room(2), &reader(), NOW).is_none());
}

#[test]
fn a_replay_of_old_events_fills_no_rings_but_a_listener_misses_nothing() {
    let hub = hub(|config| config.ring_idle_ms = 1_000);
    let later = Timestamp(NOW.0 + 1_000);
    hub.apply(&[event(&room(1), 1, NOW)], LogSeq(1), later);
    assert_eq!(hub.rooms.lock().all().count(), 0);

    let subscription = hub.subscribe(&room(1), &reader(), later).unwrap();
    hub.apply(&[event(&room(1), 2, NOW)], LogSeq(2), later);
    assert!(matches!(subscription.room().after(1), After::Run(run) if run.last == 2));
}

#[test]
fn a_ring_is_dropped_when_it_is_idle_and_nobody_listens() {
    let hub = hub(|config| config.ring_idle_ms = 1_000);
    fill(&hub, &room(1), 1..=3);
    let subscription = hub.subscribe(&room(1), &reader(), NOW).unwrap();
    let idle = Timestamp(NOW.0 + 1_001);

    hub.sweep(idle);
    assert_eq!(hub.rooms.lock().all().count(), 1);
    drop(subscription);
    hub.sweep(Timestamp(NOW.0 + 1_000));
    assert_eq!(hub.rooms.lock().all().count(), 1);
    hub.sweep(idle);
    assert_eq!(hub.rooms.lock().all().count(), 0);

    // A listener who comes now begins at the present; the past is in the history.
    assert_eq!(cursors(&hub, &room(1)), (3, 3));
}

#[test]
fn all_rings_together_have_a_bound() {
    let hub = hub(|config| config.rings_bytes_max = 20_000);
    let watched = room(0);
    fill(&hub, &watched, 1..=20);
    let subscription = hub.subscribe(&watched, &reader(), NOW).unwrap();
    for number in 1..=20 {
        fill(&hub, &room(number), 1..=20);
    }
    let bytes = || hub.rooms.lock().all().map(|room| room.bytes()).sum::<usize>();
    assert!(bytes() <= 20_000, "{}", bytes());
    // What somebody listens to goes last.
    assert_eq!(subscription.room().oldest_cursor(), 0);

    for seq in 21..=200 {
        fill(&hub, &watched, seq..=seq);
    }
    assert!(bytes() <= 20_000, "{}", bytes());
    assert_eq!(subscription.room().head(), 200);
    assert!(0 < subscription.room().oldest_cursor());
}

#[tokio::test]
async fn the_end_reaches_those_who_listen_and_those_who_come_later() {
    let hub = hub(|_| {});
    fill(&hub, &room(1), 1..=1);
    fill(&hub, &room(2), 1..=1);
    hub.set_caught_up();
    let mut early = hub.subscribe(&room(1), &reader(), NOW).unwrap();
    assert_eq!(early.look(), None);
    assert!(hub.is_ready());

    hub.end(End::Shutdown);
    hub.end(End::LogStopped);

    early.changed().await;
    assert_eq!(early.look(), Some(End::Shutdown));
    let mut late = hub.subscribe(&room(2), &reader(), NOW).unwrap();
    assert_eq!(late.look(), Some(End::Shutdown));
    assert!(!hub.is_ready());
}

#[tokio::test(start_paused = true)]
async fn a_caller_waits_for_their_own_write_but_not_for_ever() {
    let hub = hub(|_| {});
    let wait = Duration::from_secs(1);
    assert!(hub.reached(LogSeq(0), wait).await);
    assert!(!hub.reached(LogSeq(1), wait).await);

    let waiting = tokio::spawn({
        let hub = hub.clone();
        async move { hub.reached(LogSeq(1), wait).await }
    });
    tokio::task::yield_now().await;
    fill(&hub, &room(1), 1..=1);
    assert!(waiting.await.unwrap());
}

/// Readers come at any moment, take a snapshot and follow the ring, while a writer appends.
#[test]
fn a_snapshot_and_what_follows_never_miss_or_repeat_an_item() {
    let hub = hub(|config| config.run_bytes_max = 600);
    fill(&hub, &room(1), 1..=1);
    let done = AtomicBool::new(false);

    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let subscription = hub.subscribe(&room(1), &reader(), NOW).unwrap();
                    let mut cursor = hub.snapshot(&room(1), &reader(), 0).unwrap().room_seq;
                    for _ in 0..50 {
                        match subscription.room().after(cursor) {
                            After::Run(run) => {
                                assert_eq!(run.first, cursor + 1);
                                for (seq, frame) in (run.first..).zip(&*run.frames) {
                                    let id = format!("id: {seq}\n");
                                    assert!(frame.sse().starts_with(id.as_bytes()));
                                }
                                cursor = run.last;
                            }
                            After::UpToDate => std::thread::yield_now(),
                            After::Behind => panic!("the ring holds more than was written"),
                        }
                    }
                    let snapshot = hub.snapshot(&room(1), &reader(), 1).unwrap();
                    let view: serde_json::Value = serde_json::from_str(&snapshot.view).unwrap();
                    assert_eq!(view["room_seq"], snapshot.room_seq);
                    let newest = snapshot.newest.first().map(|frame| frame.json().to_owned());
                    let expected = format!("\"room_seq\":{},", snapshot.room_seq);
                    assert!(newest.is_none_or(|json| json.contains(&expected)));
                }
            });
        }
        for seq in 2..2_000 {
            fill(&hub, &room(1), seq..=seq);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[tokio::test(start_paused = true)]
async fn a_busy_room_is_woken_once_a_tick_and_at_once_for_what_is_urgent() {
    let hub = hub(|config| config.tick_listeners_min = 2);
    let tasks = tokio::spawn(ticker::tick(hub.clone(), tokio_util::sync::CancellationToken::new()));
    fill(&hub, &room(1), 1..=1);
    let mut subscription = hub.subscribe(&room(1), &reader(), NOW).unwrap();
    let _other = hub.subscribe(&room(1), &reader(), NOW).unwrap();
    tokio::time::advance(Duration::from_millis(100)).await;
    let start = Instant::now();
    let mut woken = async || {
        subscription.look();
        subscription.changed().await;
        start.elapsed().as_millis()
    };

    fill(&hub, &room(1), 2..=2);
    fill(&hub, &room(1), 3..=3);
    fill(&hub, &room(1), 4..=4);
    assert_eq!(woken().await, 40);
    fill(&hub, &room(1), 5..=5);
    assert_eq!(woken().await, 80);

    let mut subscription = hub.subscribe(&room(1), &reader(), NOW).unwrap();
    subscription.look();
    let mut urgent = event(&room(1), 6, NOW);
    urgent.data = EventData::MuteAllSet(MuteAllSet { on: true, allow: [].into() });
    hub.apply(&[urgent], hub.log_seq().next(), NOW);
    subscription.changed().await;
    assert_eq!(start.elapsed().as_millis(), 80);
    tasks.abort();
}
