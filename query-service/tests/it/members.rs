//! Who is in a room, and how they are shown.

use domain::actor::Role::Viewer;
use domain::app::register_user::UserRegistered;
use domain::event::EventData;
use domain::ids::RoomId;
use domain::room::appoint_assistant::AssistantAppointed;
use serde_json::{Value, json};

use crate::harness::World;

fn role(member: &Value) -> &str {
    member["role"].as_str().unwrap()
}

async fn with_members(world: &World) -> RoomId {
    let room = world.room("room-1", 0).await;
    let user_id = "bob".parse().unwrap();
    let appointed = EventData::AssistantAppointed(AssistantAppointed { user_id });
    let events = world.append(Some(&room), vec![appointed]).await;
    world.project(&events).await;
    world
        .sql(
            "INSERT INTO matinee.app_user (app, user_id, nick, registered_at, changed_at) VALUES
                ('shop', 'ann', 'Ann', 1, 1);
             INSERT INTO matinee.user_level (app, user_id, points, level, day)
                VALUES ('shop', 'bob', 500, 7, '{}');
             INSERT INTO matinee.room_member VALUES
                ('shop', 'room-1', 'ann', 'old', 'http://old', 3, 'viewer', 5),
                ('shop', 'room-1', 'bob', 'Bob', NULL, NULL, 'viewer', 6),
                ('shop', 'room-1', 'gus', 'Gus', NULL, NULL, 'guest', 7),
                ('shop', 'room-1', 'host', 'Host', NULL, 9, 'host', 4),
                ('shop', 'room-1', 'other', 'Other', NULL, NULL, 'host', 8),
                ('shop', 'room-2', 'zoe', 'Zoe', NULL, NULL, 'viewer', 9)",
        )
        .await;
    world.caught_up(&room).await;
    room
}

#[tokio::test]
async fn members_are_listed_page_by_page_with_what_they_may_do() {
    let world = World::start_with(|config| config.answers.members_max = 5).await;
    with_members(&world).await;
    let (status, page) = world.get("rooms/room-1/members?limit=2").await;
    assert_eq!((status, &page["next"]), (200, &json!("bob")));
    // Whoever has registered is shown as they are now.
    let ann = json!({ "user_id": "ann", "nick": "Ann", "avatar": null, "level": 3,
        "role": "viewer", "joined_at": 5 });
    let bob = json!({ "user_id": "bob", "nick": "Bob", "avatar": null, "level": 7,
        "role": "assistant", "joined_at": 6 });
    assert_eq!(page["members"], json!([ann, bob]));
    let (_, rest) = world.get("rooms/room-1/members?after=bob").await;
    let roles: Vec<&str> = rest["members"].as_array().unwrap().iter().map(role).collect();
    assert_eq!((roles, &rest["next"]), (vec!["guest", "host", "viewer"], &json!(null)));

    world.sql("INSERT INTO matinee.room_member VALUES ('shop', 'room-1', 'x', 'X', NULL, NULL, 'viewer', 9)").await;
    let (status, problem) = world.get("rooms/room-1/members").await;
    assert_eq!((status, &problem["type"]), (409, &json!("/problems/too_many_members")));
    assert_eq!(problem["members_max"], 5);
    assert_eq!(world.get("rooms/nowhere/members").await.0, 404);
    world.stop().await;
}

#[tokio::test]
async fn a_new_nick_is_told_to_the_rooms_that_the_user_is_in_on_every_instance() {
    let mut world = World::start_with(|config| config.presence.exchange_ms = 20).await;
    let mut other = world.another().await;
    let (room, quiet) = (world.room("room-1", 0).await, world.room("room-2", 0).await);
    world.caught_up(&quiet).await;
    let mut elsewhere = world.stream(&quiet, None).await;
    let mut near = world.stream(&room, None).await;
    world.swap(&mut other);
    world.caught_up(&quiet).await;
    let _bob = world.stream_with(&room, &world.token_of("bob", Viewer), None).await;
    // Only here is bob; the other instance has heard of it once it counts them.
    while near.next().await.unwrap().json()["users"] != 2 {}

    let registered = UserRegistered {
        user_id: "bob".parse().unwrap(),
        nick: "Bobby".into(),
        avatar: Some("https://example.org/b.png".into()),
    };
    world.append(None, vec![EventData::UserRegistered(registered)]).await;
    let told = loop {
        let event = near.next().await.unwrap();
        if event.kind() == "user_registered" {
            break event.json();
        }
    };
    assert_eq!(told["data"]["nick"], "Bobby");
    assert_eq!(told["app_seq"], 1);
    world.say(&quiet, "nothing of bob here").await;
    loop {
        let event = elsewhere.next().await.unwrap();
        assert_ne!(event.kind(), "user_registered");
        if event.kind() == "message_sent" {
            break;
        }
    }
    other.stop().await;
    world.stop().await;
}
