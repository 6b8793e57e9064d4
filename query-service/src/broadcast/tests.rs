//! Fairness: how long a small room waits behind big ones.

use domain::actor::{Actor, Role};
use domain::event::{Event, EventData, EventId, Scope};
use domain::ids::RoomId;
use domain::room::create_room::RoomCreated;
use domain::room::send_message::MessageSent;
use domain::timestamp::Timestamp;
use service_kit::http::Socket;
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::broadcast::member::Member;
use crate::config::HubConfig;
use crate::hub::AppHub;
use crate::metrics::Transport;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const BIG: usize = 3;
const VIEWERS: usize = 3 * WRITES_PER_TURN;

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
            room.audience().attach(&room, 0, &member, 1);
            clients.push(client);
            members.push(member);
        }
        Self { room_id, clients, _members: members }
    }

    /// To how many viewers something was written since this was asked last.
    async fn written(&self) -> usize {
        // What was written is there at once on this machine; readiness is asked for anew.
        tokio::task::yield_now().await;
        let mut bytes = [0; 4_096];
        let mut written = 0;
        for client in &self.clients {
            let socket = std::os::fd::AsFd::as_fd(client).try_clone_to_owned().unwrap();
            let socket = std::net::TcpStream::from(socket);
            written += usize::from(std::io::Read::read(&mut &socket, &mut bytes).is_ok());
        }
        written
    }
}

fn say(hub: &AppHub, room_id: &RoomId, room_seq: u64) {
    let actor = Actor::unknown("ann".parse().unwrap(), Role::Host);
    let data = if room_seq == 1 {
        EventData::RoomCreated(RoomCreated { name: "Tea".into(), owner: actor.user.clone() })
    } else {
        EventData::MessageSent(MessageSent { text: "hi".into(), reply_to: None })
    };
    let command = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
    let scope = Scope::Room { room_id: room_id.clone(), room_seq };
    let event = Event { scope, id: EventId { command, index: 0 }, at: NOW, actor, data };
    hub.apply(&[event], hub.log_seq().next(), NOW);
}

#[tokio::test]
async fn a_small_room_waits_for_one_turn_of_each_big_one_however_many_viewers_they_have() {
    let (lanes, metrics) = (Arc::new(Lanes::new(1)), Arc::new(Metrics::new()));
    let config = HubConfig::default();
    let hub = AppHub::new("shop".parse().unwrap(), config, lanes.clone(), metrics.clone());
    let mut big = Vec::new();
    for number in 0..BIG {
        big.push(Shown::new(&hub, &format!("big-{number}"), VIEWERS).await);
    }
    let small = Shown::new(&hub, "small", 1).await;
    while turn(&lanes, 0, &metrics) {}

    // The big rooms are in the middle of their work, with more to come.
    for room in &big {
        say(&hub, &room.room_id, 2);
    }
    assert!(turn(&lanes, 0, &metrics));
    say(&hub, &big[0].room_id, 3);
    let mut before = 0;
    for room in &big {
        before += room.written().await;
    }
    assert_eq!(before, WRITES_PER_TURN);
    say(&hub, &small.room_id, 2);

    let mut turns = 0;
    while small.written().await == 0 {
        assert!(turn(&lanes, 0, &metrics), "the big rooms are done before the small one");
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
