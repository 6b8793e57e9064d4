//! Who joined and is gone without a word is left once, whichever instances saw them.

use std::time::Duration;

use bytes::Bytes;
use domain::actor::Role::Viewer;
use domain::app::set_admins::SYSTEM_USER;
use domain::command::{Action, Command, RoomCommand};
use nats::{RequestSubject, Requests};
use query_service::QueryConfig;
use serde_json::json;
use tokio::time::timeout;

use crate::harness::{LIMIT, World};

const LEAVE_AFTER_MS: u64 = 400;

fn quick(config: &mut QueryConfig) {
    config.presence.exchange_ms = 20;
    config.presence.expiry_ms = 500;
    config.presence.leave_after_ms = LEAVE_AFTER_MS;
}

async fn joined(world: &World, user: &str) {
    let row = format!(
        "INSERT INTO matinee.room_member
            VALUES ('shop', 'room-1', '{user}', 'Nick', NULL, 4, 'viewer', 5)"
    );
    world.sql(&row).await;
}

/// Takes what is sent to the sequencer; answers as it does.
async fn next(world: &World, requests: &mut Requests) -> Vec<Command> {
    let request = timeout(LIMIT, requests.next()).await.expect("somebody is left").unwrap();
    let commands: Vec<Command> = serde_json::from_slice(&request.payload).unwrap();
    let accepted = json!({"settled": {"accepted":
        {"room_id": "room-1", "seq": 2, "log_seq": 2, "at": 3}}});
    let answer = json!({ "answers": vec![accepted; commands.len()] });
    request.respond(Bytes::from(answer.to_string())).await.unwrap();
    for command in &commands {
        let user = command.actor.user.as_str();
        // The projector writes what the sequencer decided.
        world.sql(&format!("DELETE FROM matinee.room_member WHERE user_id = '{user}'")).await;
    }
    commands
}

/// Whether nobody is left for a good while.
async fn nobody(requests: &mut Requests) -> bool {
    timeout(Duration::from_millis(3 * LEAVE_AFTER_MS), requests.next()).await.is_err()
}

fn is_leave(command: &Command, user: &str) -> bool {
    let actor = &command.actor;
    let via = actor.via.as_ref().map(domain::ids::UserId::as_str);
    let Action::Room { room_id, command } = &command.action else { return false };
    room_id.as_str() == "room-1"
        && matches!(command, RoomCommand::LeaveRoom(_))
        && actor.user.as_str() == user
        && (&*actor.nick, actor.level, via) == ("Nick", Some(4), Some(SYSTEM_USER))
}

#[tokio::test]
async fn the_last_stream_of_the_last_device_counts_and_one_instance_says_so() {
    let mut world = World::start_with(quick).await;
    let mut other = world.another().await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let subject = RequestSubject::Commands(world.app.clone());
    let mut requests = world.nats.serve_requests(subject).await.unwrap();
    for user in ["ann", "bob"] {
        joined(&world, user).await;
    }
    let (ann, bob) = (world.token_of("ann", Viewer), world.token_of("bob", Viewer));
    let stays = world.stream_with(&room, &ann, None).await;
    let first = world.stream_with(&room, &bob, None).await;
    let never_joined = world.stream_with(&room, &world.token_of("eve", Viewer), None).await;
    world.swap(&mut other);
    world.caught_up(&room).await;
    let second = world.stream_with(&room, &bob, None).await;
    let anns_other = world.stream_with(&room, &ann, None).await;
    drop(first);
    // There is still another device, on another instance.
    assert!(nobody(&mut requests).await);

    // Both instances have now seen bob go, and ann is still on one.
    let again = world.stream_with(&room, &bob, None).await;
    drop((second, again, never_joined, anns_other));
    let left = next(&world, &mut requests).await;
    assert!(left.len() == 1 && is_leave(&left[0], "bob"), "{left:?}");
    assert!(nobody(&mut requests).await);
    drop(stays);
    let left = next(&world, &mut requests).await;
    assert!(left.len() == 1 && is_leave(&left[0], "ann"), "{left:?}");
    other.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn who_comes_again_in_time_is_not_left() {
    let world = World::start_with(quick).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let subject = RequestSubject::Commands(world.app.clone());
    let mut requests = world.nats.serve_requests(subject).await.unwrap();
    joined(&world, "ann").await;
    for _ in 0..3 {
        let mut stream = world.stream(&room, None).await;
        stream.next().await.unwrap();
        drop(stream);
        let between = Duration::from_millis(LEAVE_AFTER_MS / 4);
        assert!(timeout(between, requests.next()).await.is_err());
    }
    let _stays = world.stream(&room, None).await;
    assert!(nobody(&mut requests).await);
    world.stop().await;
}

#[tokio::test]
async fn a_client_without_a_stream_says_that_it_is_there() {
    let world = World::start_with(quick).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let subject = RequestSubject::Commands(world.app.clone());
    let mut requests = world.nats.serve_requests(subject).await.unwrap();
    joined(&world, "ann").await;
    let beat = async |path: &str| {
        let request = world.http.put(world.url(path)).bearer_auth(world.token());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<serde_json::Value>().await.unwrap())
    };
    assert_eq!(beat("rooms/nowhere/presence").await.0, 404);
    let mut last = json!(null);
    for _ in 0..8 {
        let (status, online) = beat("rooms/room-1/presence").await;
        assert_eq!(status, 200);
        last = online;
        let between = Duration::from_millis(LEAVE_AFTER_MS / 3);
        assert!(timeout(between, requests.next()).await.is_err(), "left although there");
    }
    assert_eq!((&last["connections"], &last["users"]), (&json!(1), &json!(1)));
    let left = next(&world, &mut requests).await;
    assert!(left.len() == 1 && is_leave(&left[0], "ann"), "{left:?}");
    world.stop().await;
}

/// Ann stays on an instance, bob and cid were on another, which is no more when `before_it_dies` is
/// done. Gives back the commands of whoever is left.
async fn died(
    configure: impl Fn(&mut QueryConfig),
    before_it_dies: impl AsyncFnOnce(&World),
    after: impl AsyncFnOnce(&World, &mut Requests),
) -> Vec<Command> {
    let mut world = World::start_with(configure).await;
    let mut other = world.another().await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let subject = RequestSubject::Commands(world.app.clone());
    let mut requests = world.nats.serve_requests(subject).await.unwrap();
    for user in ["ann", "bob", "cid"] {
        joined(&world, user).await;
    }
    let _stays = world.stream(&room, None).await;
    world.swap(&mut other);
    world.caught_up(&room).await;
    let mut streams = vec![];
    for user in ["bob", "cid"] {
        streams.push(world.stream_with(&room, &world.token_of(user, Viewer), None).await);
    }
    // Once it is told of all, the other knows of them too.
    while streams[0].next().await.unwrap().json()["users"] != 3 {}
    world.swap(&mut other);
    while world.get("rooms/room-1/online").await.1["users"] != 3 {}
    before_it_dies(&world).await;
    other.stop().await;
    after(&world, &mut requests).await;
    let mut left = vec![];
    while left.len() < 2 {
        left.extend(next(&world, &mut requests).await);
    }
    assert!(nobody(&mut requests).await);
    world.stop().await;
    left
}

fn are_bob_and_cid(left: &[Command]) -> bool {
    let left_once = |user| left.iter().filter(|command| is_leave(command, user)).count() == 1;
    left.len() == 2 && left_once("bob") && left_once("cid")
}

#[tokio::test]
async fn who_was_on_an_instance_that_died_is_left_by_another() {
    let left = died(quick, async |_| (), async |_, _| ()).await;
    assert!(are_bob_and_cid(&left), "{left:?}");
}

#[tokio::test]
async fn whom_postgres_did_not_tell_of_is_looked_for_again() {
    let configure = |config: &mut QueryConfig| {
        quick(config);
        config.presence.record_ms = 50;
    };
    let renamed = async |world: &World, from: &str, to: &str| {
        world.sql(&format!("ALTER TABLE matinee.{from} RENAME TO {to}")).await;
    };
    let left = died(
        configure,
        async |world| renamed(world, "room_member", "room_member_away").await,
        async |world, requests| {
            assert!(nobody(requests).await);
            renamed(world, "room_member_away", "room_member").await;
        },
    );
    let left = left.await;
    assert!(are_bob_and_cid(&left), "{left:?}");
}

#[tokio::test]
async fn whom_there_was_no_room_for_is_looked_for_when_there_is() {
    let configure = |config: &mut QueryConfig| {
        quick(config);
        config.presence.leaves_waiting_max = 1;
    };
    let left = died(configure, async |_| (), async |_, _| ()).await;
    assert!(are_bob_and_cid(&left), "{left:?}");
}
