//! Whose turn it is, and for what a room waits.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::actor::{Actor, Role};
use domain::event::{Event, EventData, EventId, Scope};
use domain::ids::RoomId;
use domain::room::create_room::RoomCreated;
use domain::room::mute_all::MuteAllSet;
use domain::room::send_message::MessageSent;
use domain::timestamp::Timestamp;
use service_kit::http::Socket;
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::broadcast::member::Member;
use crate::config::HubConfig;
use crate::feed::control;
use crate::hub::AppHub;
use crate::metrics::Transport;
use crate::presence::board::Online;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const BIG: usize = 3;
const VIEWERS: usize = 3 * WRITES_PER_TURN;
const TICK: Duration = Duration::from_millis(40);

/// A room whose viewers are written to, and their ends of the connections.
struct Shown {
    room_id: RoomId,
    clients: Vec<TcpStream>,
    _members: Vec<Arc<Member>>,
}

impl Shown {
    async fn new(hub: &AppHub, name: &str, viewers: usize) -> Self {
        let room_id: RoomId = name.parse().unwrap();
        say(hub, &room_id, 1);
        let room = hub.activate(&room_id, NOW).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (mut clients, mut members) = (Vec::new(), Vec::new());
        for _ in 0..viewers {
            let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (server, _) = listener.accept().await.unwrap();
            server.writable().await.unwrap();
            let socket = Socket::of_a_test(server).unwrap();
            let member = Arc::new(Member::new(socket, Transport::Sse));
            room.audience().attach(&room, 0, &member, (1, 0));
            clients.push(client);
            members.push(member);
        }
        Self { room_id, clients, _members: members }
    }

    /// To how many viewers something was written since this was asked last.
    async fn written(&self) -> usize {
        self.read().await.iter().filter(|text| !text.is_empty()).count()
    }

    /// What was written to each viewer since this was asked last.
    async fn read(&self) -> Vec<String> {
        // What was written is there at once on this machine; readiness is asked for anew.
        tokio::task::yield_now().await;
        let mut bytes = [0; 4_096];
        let read = |client| {
            let socket = std::os::fd::AsFd::as_fd(client).try_clone_to_owned().unwrap();
            let socket = std::net::TcpStream::from(socket);
            let count = std::io::Read::read(&mut &socket, &mut bytes).unwrap_or_default();
            String::from_utf8(bytes[..count].to_vec()).unwrap()
        };
        self.clients.iter().map(read).collect()
    }
}

fn say(hub: &AppHub, room_id: &RoomId, room_seq: u64) {
    let data = if room_seq == 1 {
        let owner = "ann".parse().unwrap();
        EventData::RoomCreated(RoomCreated { name: "Tea".into(), owner })
    } else {
        EventData::MessageSent(MessageSent { text: "hi".into(), reply_to: None })
    };
    happen(hub, room_id, room_seq, data);
}

/// Something urgent.
fn silence(hub: &AppHub, room_id: &RoomId, room_seq: u64) {
    happen(
        hub,
        room_id,
        room_seq,
        EventData::MuteAllSet(MuteAllSet { on: true, allow: BTreeSet::new() }),
    );
}

fn happen(hub: &AppHub, room_id: &RoomId, room_seq: u64, data: EventData) {
    let actor = Actor::unknown("ann".parse().unwrap(), Role::Host);
    let command = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
    let scope = Scope::Room { room_id: room_id.clone(), room_seq };
    let event = Event { scope, id: EventId { command, index: 0 }, at: NOW, actor, data };
    hub.apply(&[event], hub.log_seq().next(), NOW);
}

/// A hub and what writes for it.
struct Scene {
    hub: AppHub,
    broadcaster: Broadcaster,
}

impl Scene {
    fn new(gather: Gather, change: impl FnOnce(&mut HubConfig)) -> Self {
        let (lanes, metrics) = (Arc::new(Lanes::new(1, gather)), Arc::new(Metrics::new()));
        let mut config = HubConfig::default();
        change(&mut config);
        let hub = AppHub::new("shop".parse().unwrap(), config, lanes.clone(), metrics.clone());
        Self { hub, broadcaster: Broadcaster::new(lanes, 0, metrics) }
    }

    /// True if there may be more to do.
    fn turn(&mut self) -> bool {
        let lanes = Arc::clone(&self.broadcaster.lanes);
        self.broadcaster.turn(&lanes.each[0])
    }

    fn work(&mut self) {
        while self.turn() {}
    }

    fn show_online(&self, room: &Shown) {
        let online = Online { connections: 7, ..Online::default() };
        let frame = control::online(&online, NOW);
        self.hub.set_online(&room.room_id, online, Some(frame));
    }

    /// As the ticker does when their time has come.
    fn tick(&self) {
        for (_, room) in self.hub.people_of_rooms() {
            room.wake_if_due(Instant::now());
        }
    }
}

/// The `room_seq` of the items that each viewer was sent in one write; all were sent the same.
fn items(read: &[String]) -> Vec<u64> {
    assert!(read.iter().all(|text| *text == read[0]), "{read:?}");
    read[0].lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect()
}

#[tokio::test]
async fn a_small_room_waits_for_one_turn_of_each_big_one_however_many_viewers_they_have() {
    let mut scene = Scene::new(Gather::default(), |_| {});
    let mut big = Vec::new();
    for number in 0..BIG {
        big.push(Shown::new(&scene.hub, &format!("big-{number}"), VIEWERS).await);
    }
    let small = Shown::new(&scene.hub, "small", 1).await;
    scene.work();

    // The big rooms are in the middle of their work, with more to come.
    for room in &big {
        say(&scene.hub, &room.room_id, 2);
    }
    assert!(scene.turn());
    say(&scene.hub, &big[0].room_id, 3);
    let mut before = 0;
    for room in &big {
        before += room.written().await;
    }
    assert_eq!(before, WRITES_PER_TURN);
    say(&scene.hub, &small.room_id, 2);

    let mut turns = 0;
    while small.written().await == 0 {
        assert!(scene.turn(), "the big rooms are done before the small one");
        turns += 1;
        assert!(turns <= BIG + 1, "the small room still waits");
    }
    let mut meanwhile = 0;
    for room in &big {
        meanwhile += room.written().await;
    }
    assert!((1..=(BIG + 1) * WRITES_PER_TURN).contains(&meanwhile), "{meanwhile}");
    assert!(meanwhile < BIG * VIEWERS - before, "the small room was last");
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_a_round_is_under_way_waits_for_its_tick() {
    let mut scene = Scene::new(Gather::default(), |config| config.tick_listeners_min = 0);
    let room = Shown::new(&scene.hub, "room", VIEWERS).await;
    scene.work();
    tokio::time::advance(TICK).await;
    say(&scene.hub, &room.room_id, 2);
    assert!(scene.turn());
    say(&scene.hub, &room.room_id, 3);
    say(&scene.hub, &room.room_id, 4);
    scene.work();
    assert_eq!(items(&room.read().await), [2]);
    tokio::time::advance(TICK).await;
    scene.tick();
    scene.work();
    assert_eq!(items(&room.read().await), [3, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_busy_room_gathers_after_a_round_unless_it_is_urgent() {
    let mut scene = Scene::new(Gather::new(25, 2_000), |config| config.tick_ms = 0);
    let room = Shown::new(&scene.hub, "room", VIEWERS).await;
    let round = async |scene: &mut Scene| {
        assert!(scene.turn());
        tokio::time::advance(Duration::from_millis(8)).await;
        scene.work();
    };
    scene.work();
    say(&scene.hub, &room.room_id, 2);
    round(&mut scene).await;
    assert_eq!(items(&room.read().await), [2]);
    // One item, and nothing behind it: the next does not wait.
    say(&scene.hub, &room.room_id, 3);
    assert!(scene.turn());
    say(&scene.hub, &room.room_id, 4);
    tokio::time::advance(Duration::from_millis(8)).await;
    scene.work();
    assert_eq!(items(&room.read().await), [3]);

    tokio::time::advance(Duration::from_micros(1_900)).await;
    say(&scene.hub, &room.room_id, 5);
    scene.work();
    assert_eq!(room.written().await, 0);
    tokio::time::advance(Duration::from_micros(100)).await;
    round(&mut scene).await;
    assert_eq!(items(&room.read().await), [4, 5]);

    say(&scene.hub, &room.room_id, 6);
    scene.work();
    assert_eq!(room.written().await, 0);
    silence(&scene.hub, &room.room_id, 7);
    scene.work();
    assert_eq!(items(&room.read().await), [6, 7]);
}

#[tokio::test(start_paused = true)]
async fn how_many_are_there_goes_with_the_next_items_or_after_everybody_else() {
    let mut scene = Scene::new(Gather::default(), |_| {});
    let talks = Shown::new(&scene.hub, "talks", 2).await;
    let mut silent = Vec::new();
    for number in 0..2 {
        silent.push(Shown::new(&scene.hub, &format!("silent-{number}"), VIEWERS).await);
    }
    scene.work();
    for room in silent.iter().chain([&talks]) {
        scene.show_online(room);
    }
    say(&scene.hub, &talks.room_id, 2);
    scene.work();
    for text in talks.read().await {
        assert!(text.contains("id: 2\n") && text.contains("\"online\""), "{text}");
    }
    assert_eq!(silent[0].written().await, 0);

    // Their time has come; who has something to say goes first all the same.
    scene.tick();
    say(&scene.hub, &talks.room_id, 3);
    assert!(scene.turn());
    assert_eq!(items(&talks.read().await), [3]);
    let told = silent[0].written().await + silent[1].written().await;
    assert_eq!(told, WRITES_PER_TURN - 2 + LATER_WRITES_PER_TURN);
    say(&scene.hub, &talks.room_id, 4);
    assert!(scene.turn());
    assert_eq!(items(&talks.read().await), [4]);
    scene.work();
    let told = told + silent[0].written().await + silent[1].written().await;
    assert_eq!(told, 2 * VIEWERS);
    assert_eq!(talks.written().await, 0);
}
