//! Who is banned or kicked: their streams end at once, on every instance, and nobody else's do.

use domain::actor::Role::{Admin, Guest, Viewer};
use domain::event::EventData;
use domain::room::ban_user::UserBanned;
use domain::room::kick_user::UserKicked;
use domain::timestamp::Timestamp;
use serde_json::json;
use service_kit::clock;

use crate::harness::World;
use crate::harness::sse::item_seqs;

fn kicked(user: &str) -> EventData {
    let reason = Some("spam".into());
    EventData::UserKicked(UserKicked { user_id: user.parse().unwrap(), reason })
}

fn banned(user: &str, until: Option<Timestamp>) -> EventData {
    let user_id = user.parse().unwrap();
    EventData::UserBanned(UserBanned { user_id, seconds: 60, until, reason: None })
}

#[tokio::test]
async fn a_kick_ends_all_streams_of_one_user_on_every_instance() {
    let mut world = World::start().await;
    let mut other = world.another().await;
    let (room, quiet) = (world.room("room-1", 1).await, world.room("room-2", 0).await);
    world.caught_up(&quiet).await;
    let bob = world.token_of("bob", Viewer);
    let mut streams = vec![world.stream_with(&room, &bob, Some("2")).await];
    let mut ws = world.ws_with(&room, "?last_event_id=2", &bob).await;
    let mut elsewhere = world.stream_with(&quiet, &bob, None).await;
    let mut ann = world.stream(&room, Some(2)).await;
    world.swap(&mut other);
    world.caught_up(&room).await;
    streams.push(world.stream_with(&room, &bob, Some("2")).await);

    world.append(Some(&room), vec![kicked("bob")]).await;
    world.say(&room, "go on").await;
    for stream in streams {
        let events = stream.rest().await;
        // They are told why before they are told to go.
        let bye =
            json!({ "type": "bye", "reason": "kicked", "room_seq": item_seqs(&events).last() });
        assert_eq!(events.last().unwrap().json(), bye);
        assert_eq!(events[1].json()["data"], json!({ "user_id": "bob", "reason": "spam" }));
    }
    assert_eq!(ws.close().await, (4004, "kicked".to_owned()));
    assert_eq!(item_seqs(&ann.until(4).await), [3, 4]);
    assert_eq!(elsewhere.next().await.unwrap().kind(), "snapshot");
    assert!(elsewhere.is_silent().await);

    // Nothing is remembered of a kick.
    let mut again = world.stream_with(&room, &bob, None).await;
    assert_eq!(again.next().await.unwrap().kind(), "snapshot");
    assert!(again.is_silent().await);
    other.stop().await;
    world.stop().await;
}

#[tokio::test]
async fn who_is_banned_reads_nothing_of_the_room_until_it_is_over() {
    let world = World::start().await;
    let (room, _) = (world.room("room-1", 1).await, world.room("room-2", 0).await);
    world.caught_up(&room).await;
    let bob = world.token_of("bob", Viewer);
    let stream = world.stream_with(&room, &bob, Some("2")).await;
    let mut ws = world.ws_with(&room, "", &bob).await;
    let until = Timestamp(clock::now().0 + 1_500);
    world.append(Some(&room), vec![banned("bob", Some(until))]).await;
    let bye = json!({ "type": "bye", "reason": "banned", "room_seq": 3, "until": until });
    assert_eq!(stream.rest().await.last().unwrap().json(), bye);
    assert_eq!(ws.close().await, (4005, "banned".to_owned()));

    for path in ["", "/stream", "/ws", "/feed", "/gift-totals", "/marks"] {
        let path = format!("rooms/room-1{path}");
        let (status, problem) = world.get_as(&bob, &path).await;
        // A question that is no handshake is told so first.
        let expected = if path.ends_with("/ws") {
            (426, "/problems/upgrade_required")
        } else {
            (403, "/problems/banned")
        };
        assert_eq!((status, problem["type"].as_str().unwrap()), expected, "{path}");
        if status == 403 {
            assert_eq!(problem["until"], json!(until));
        }
    }
    assert_eq!(world.get_as(&bob, "rooms/room-2").await.0, 200);
    assert_eq!(world.get_as(&world.token_of("bob", Admin), "rooms/room-1").await.0, 200);
    // A ban names a user, whatever their token says.
    let guest = world.token_of("bob", Guest);
    assert_eq!(world.get_as(&guest, "rooms/room-1").await.0, 403);

    while clock::now() < until {
        assert_eq!(world.get_as(&bob, "rooms/room-1").await.0, 403);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(world.get_as(&bob, "rooms/room-1").await.0, 200);
    world.append(Some(&room), vec![banned("bob", None)]).await;
    world.caught_up(&room).await;
    let (status, problem) = world.get_as(&bob, "rooms/room-1/stream").await;
    assert_eq!((status, &problem["until"]), (403, &json!(null)));
    world.stop().await;
}
