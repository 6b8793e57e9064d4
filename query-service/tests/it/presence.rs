//! How many are in a room: counted over two instances, told to viewers, never in the log.

use std::time::Duration;

use domain::actor::Role::{Guest, Viewer};
use query_service::QueryConfig;
use serde_json::{Value, json};

use crate::harness::sse::Sse;
use crate::harness::{LIMIT, World};

fn quick(config: &mut QueryConfig) {
    config.presence.exchange_ms = 20;
    config.presence.expiry_ms = 1_000;
    config.presence.push_pause_ms = 20;
}

fn figures(connections: u64, users: u64, peak: u64, unique: u64) -> Value {
    json!({ "connections": connections, "users": users, "peak": peak, "unique": unique })
}

/// Waits until the instance that is asked counts so.
async fn counted(world: &World, expected: Value) {
    let mut last = Value::Null;
    for _ in 0..LIMIT.as_millis() / 20 {
        last = world.get_as(&world.token_of("eve", Viewer), "rooms/room-1/online").await.1;
        if last == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{last} is not {expected}");
}

/// The next `online` frame that says so.
async fn told(stream: &mut Sse, expected: Value) {
    loop {
        let event = stream.next().await.unwrap();
        if event.kind() == "online" {
            let mut online = event.json();
            assert_eq!(event.id, "1", "it is no place to resume from");
            let members = online.as_object_mut().unwrap();
            members.remove("type");
            assert!(members.remove("at").unwrap().is_u64());
            if online == expected {
                return;
            }
        }
    }
}

#[tokio::test]
async fn users_count_once_over_instances_and_devices_and_viewers_are_told() {
    let mut world = World::start_with(quick).await;
    let mut other = world.another().await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    counted(&world, figures(0, 0, 0, 0)).await;
    let (ann, bob) = (world.token_of("ann", Viewer), world.token_of("bob", Viewer));
    let mut first = world.stream_with(&room, &ann, None).await;
    let second = world.ws_with(&room, "", &ann).await;
    counted(&world, figures(2, 1, 1, 1)).await;
    world.swap(&mut other);
    world.caught_up(&room).await;
    let third = world.stream_with(&room, &bob, None).await;
    let fourth = world.stream_with(&room, &ann, None).await;
    let guest = world.stream_with(&room, &world.token_of("gus", Guest), None).await;
    for _ in 0..2 {
        counted(&world, figures(5, 3, 3, 3)).await;
        world.swap(&mut other);
    }
    told(&mut first, figures(5, 3, 3, 3)).await;
    // A snapshot says it too, in both shapes.
    let (_, snapshot) = world.get("rooms/room-1").await;
    assert_eq!(snapshot["online"], figures(5, 3, 3, 3));
    let mut late = world.stream_with(&room, &ann, None).await;
    assert_eq!(late.next().await.unwrap().json()["online"], figures(5, 3, 3, 3));

    drop((second, late, fourth));
    counted(&world, figures(3, 3, 3, 3)).await;
    drop((third, guest));
    counted(&world, figures(1, 1, 3, 3)).await;
    told(&mut first, figures(1, 1, 3, 3)).await;
    drop(first);
    for _ in 0..2 {
        counted(&world, figures(0, 0, 3, 3)).await;
        world.swap(&mut other);
    }
    // Nobody of all these is in the log.
    let (_, view) = world.get("rooms/room-1").await;
    assert_eq!(view["room_seq"], 1);
    other.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn an_instance_that_falls_silent_takes_its_viewers_with_it() {
    let mut world = World::start_with(quick).await;
    let mut other = world.another().await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let _here = world.stream(&room, None).await;
    world.swap(&mut other);
    world.caught_up(&room).await;
    let _there = world.stream_with(&room, &world.token_of("bob", Viewer), None).await;
    counted(&world, figures(2, 2, 2, 2)).await;
    world.swap(&mut other);
    counted(&world, figures(2, 2, 2, 2)).await;
    // Its tasks end at once, and it says nothing of that.
    other.stop().await;
    counted(&world, figures(1, 1, 2, 2)).await;
    world.stop().await;
}

#[tokio::test]
async fn guests_count_only_where_they_shall() {
    let world = World::start_with(|config| {
        quick(config);
        config.presence.counts_guests = false;
    })
    .await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let _guest = world.stream_with(&room, &world.token_of("gus", Guest), None).await;
    let _ann = world.stream(&room, None).await;
    counted(&world, figures(2, 1, 1, 1)).await;
    assert_eq!(world.get("rooms/nowhere/online").await.0, 404);
    assert_eq!(world.get("rooms/room-1/online?x=1").await.0, 400);
    world.stop().await;
}

#[tokio::test]
async fn peak_and_unique_outlive_the_only_instance() {
    let config = |config: &mut QueryConfig| {
        quick(config);
        config.presence.record_ms = 20;
    };
    let mut world = World::start_with(config).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    world.checkpoint(world.log_seq()).await;
    let streams = [world.token_of("ann", Viewer), world.token_of("bob", Viewer)];
    let ann = world.stream_with(&room, &streams[0], None).await;
    let bob = world.stream_with(&room, &streams[1], None).await;
    counted(&world, figures(2, 2, 2, 2)).await;
    drop(bob);
    let zoe = world.stream_with(&room, &world.token_of("zoe", Viewer), None).await;
    counted(&world, figures(2, 2, 2, 3)).await;
    drop((ann, zoe));
    counted(&world, figures(0, 0, 2, 3)).await;

    let mut again = QueryConfig::default();
    config(&mut again);
    world.restart(again.clone()).await;
    world.caught_up(&room).await;
    counted(&world, figures(0, 0, 2, 3)).await;
    let (_, snapshot) = world.get("rooms/room-1").await;
    assert_eq!(snapshot["online"], figures(0, 0, 2, 3));
    // Who has been there is known one by one, and new ones count on.
    let mut bob = world.stream_with(&room, &streams[1], None).await;
    told(&mut bob, figures(1, 1, 2, 3)).await;
    let _others = [
        world.stream_with(&room, &world.token_of("eve", Viewer), None).await,
        world.stream_with(&room, &world.token_of("zoe", Viewer), None).await,
    ];
    told(&mut bob, figures(3, 3, 3, 4)).await;
    world.restart(again).await;
    counted(&world, figures(0, 0, 3, 4)).await;
    world.stop().await;
}

#[tokio::test]
async fn two_instances_write_one_row() {
    let mut world = World::start_with(|config| {
        quick(config);
        config.presence.record_ms = 20;
    })
    .await;
    let mut other = world.another().await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    world.checkpoint(world.log_seq()).await;
    let _ann = world.stream(&room, None).await;
    world.swap(&mut other);
    world.caught_up(&room).await;
    let _bob = world.stream_with(&room, &world.token_of("bob", Viewer), None).await;
    let kept = async || {
        let select = "SELECT peak, uniques FROM matinee.room_audience";
        let row = world.database.query_opt(select, &[]).await.unwrap();
        row.map(|row| (row.get::<_, i64>(0), row.get::<_, i64>(1)))
    };
    let waiting = async { while kept().await != Some((2, 2)) {} };
    tokio::time::timeout(LIMIT, waiting).await.expect("both are written");
    other.stop().await;
    world.stop().await;
}
