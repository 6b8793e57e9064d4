//! A dead neighbour does not stop the show.

use migrations::testing::TestPostgres;
use serde_json::json;

use crate::harness::World;
use crate::harness::sse::item_seqs;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_postgres_the_live_room_goes_on() {
    let mut postgres = TestPostgres::start().unwrap();
    let url = postgres.create_database().await.unwrap();
    let world = World::start_on(&url, |config| {
        config.hub.ring_items_max = 4;
        config.answers.postgres_timeout_ms = 500;
    })
    .await;
    let room = world.room("room-1", 9).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, None).await;
    stream.next().await.unwrap();
    assert_eq!(world.get("rooms/room-1/feed").await.0, 200);

    postgres.kill9();

    world.say(&room, "on with the show").await;
    assert_eq!(item_seqs(&stream.until(11).await), [11]);
    let (status, snapshot) = world.get("rooms/room-1").await;
    assert_eq!((status, &snapshot["recent_complete"]), (200, &json!(false)));
    assert_eq!(snapshot["recent"].as_array().unwrap().len(), 4);
    assert_eq!(world.get("rooms/room-1?recent=4").await.1["recent_complete"], true);
    for path in ["rooms/room-1/feed", "rooms/room-1/gift-totals", "users/ann"] {
        let (status, problem) = world.get(path).await;
        let expected = (503, &json!("/problems/history_unavailable"));
        assert_eq!((status, &problem["type"]), expected, "{path}");
        assert_eq!(problem["retry_after_s"], 2);
    }
    let resumed = world.stream(&room, Some(9)).await.until(11).await;
    assert_eq!(item_seqs(&resumed), [10, 11]);
    // The log has what is neither in memory nor, for now, in Postgres.
    let resumed = world.stream(&room, Some(1)).await.until(11).await;
    assert_eq!(resumed[0].kind(), "resumed");
    assert_eq!(item_seqs(&resumed), (2..=11).collect::<Vec<_>>());

    postgres.restart().unwrap();
    assert_eq!(world.get("rooms/room-1/feed?limit=1").await.1["items"][0]["room_seq"], 10);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_nats_streams_stay_and_go_on_by_themselves() {
    let mut world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    let mut stream = world.stream(&room, None).await;
    stream.next().await.unwrap();

    world.nats_server.kill9();
    assert!(stream.is_silent().await);
    assert_eq!(world.get("rooms/room-1").await.1["room_seq"], 2);
    world.nats_server.restart().await;

    world.say_until_stored(&room, "back again").await;
    assert_eq!(item_seqs(&stream.until(3).await), [3]);
    world.stop().await;
}

#[tokio::test]
async fn a_log_that_cannot_be_read_closes_the_room_instead_of_skipping() {
    let world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    let stream = world.stream(&room, None).await;

    world.append_raw(b"{\"commit\":\"of a later program\"}".to_vec()).await;

    let events = stream.rest().await;
    assert_eq!(events.last().unwrap().json()["reason"], "log_stopped");
    let (status, problem) = world.get("rooms/room-1").await;
    assert_eq!((status, &problem["type"]), (503, &json!("/problems/catching_up")));
    let ready = format!("http://{}/readyz", world.running.addr);
    assert_eq!(world.http.get(ready).send().await.unwrap().status(), 503);
    world.stop().await;
}

#[tokio::test]
async fn a_snapshot_of_the_sequencer_shortens_the_start() {
    let mut world = World::start().await;
    let room = world.room("room-1", 5).await;
    world.save_snapshot(1).await;
    world.say(&room, "after the snapshot").await;

    world.restart(query_service::QueryConfig::default()).await;
    let (_, snapshot) = world.get("rooms/room-1?min_seq=2").await;
    assert_eq!((&snapshot["room_seq"], &snapshot["log_seq"]), (&json!(7), &json!(2)));
    assert_eq!(snapshot["totals"]["messages"], 6);

    // Of another shape, or of a log that has not come so far: the log alone decides.
    for (schema, log_seq) in [(u32::MAX, 1), (domain::state::STATE_SCHEMA, 99)] {
        world.save_snapshot_of(schema, log_seq, b"{\"state\":{}}".to_vec()).await;
        world.restart(query_service::QueryConfig::default()).await;
        assert_eq!(world.get("rooms/room-1?min_seq=2").await.1["room_seq"], 7);
    }
    world.stop().await;
}
