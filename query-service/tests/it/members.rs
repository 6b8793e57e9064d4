//! Who is in a room, and how they are shown.

use domain::actor::Role::{self, Viewer};
use domain::app::define_field::FieldDefined;
use domain::app::register_user::UserRegistered;
use domain::event::EventData;
use domain::field::{Clearance, FieldScope};
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
        "role": "viewer", "joined_at": 5, "fields": {} });
    let bob = json!({ "user_id": "bob", "nick": "Bob", "avatar": null, "level": 7,
        "role": "assistant", "joined_at": 6, "fields": {} });
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

/// The fields that a reader gets of `bob`, from the list and alone.
async fn fields_of_bob(world: &World, role: Role) -> [Value; 2] {
    let token = world.token_of("eve", role);
    let path = format!("rooms/room-1/members?min_seq={}", world.log_seq());
    let (_, list) = world.get_as(&token, &path).await;
    let listed = list["members"].as_array().unwrap().iter();
    let mut listed = listed.filter(|member| member["user_id"] == "bob").map(|bob| &bob["fields"]);
    let (_, alone) = world.get_as(&token, "rooms/room-1/members/bob").await;
    [listed.next().cloned().unwrap(), alone["fields"].clone()]
}

#[tokio::test]
async fn what_a_room_knows_of_somebody_is_shown_to_whom_it_concerns() {
    let world = World::start().await;
    with_members(&world).await;
    let define = async |key: &str, read, scope, kinds: &[&str]| {
        let (key, write) = (key.parse().unwrap(), Clearance::Owner);
        let kinds = kinds.iter().copied().map(Into::into).collect();
        let defined = FieldDefined { key, scope, read, write, kinds };
        world.append(None, vec![EventData::FieldDefined(defined)]).await;
    };
    define("team", Clearance::Anyone, FieldScope::Member, &[]).await;
    define("notes", Clearance::Assistant, FieldScope::Member, &[]).await;
    define("seat", Clearance::Anyone, FieldScope::Member, &["theatre"]).await;
    define("topic", Clearance::Anyone, FieldScope::Room, &[]).await;
    world
        .sql(
            "INSERT INTO matinee.member_field VALUES
                ('shop', 'room-1', 'bob', 'team', 'red'), ('shop', 'room-1', 'bob', 'notes', 'vip'),
                ('shop', 'room-1', 'bob', 'seat', '7'), ('shop', 'room-1', 'bob', 'topic', 'x'),
                ('shop', 'room-1', 'gone', 'team', 'blue'), ('shop', 'room-2', 'bob', 'team', 'no')",
        )
        .await;
    world.checkpoint(world.log_seq()).await;
    for role in [Role::Guest, Viewer] {
        let [listed, alone] = fields_of_bob(&world, role).await;
        assert_eq!((&listed, &alone), (&json!({ "team": "red" }), &listed));
    }
    for role in [Role::Assistant, Role::Admin] {
        let [listed, alone] = fields_of_bob(&world, role).await;
        assert_eq!((&listed, &alone), (&json!({ "team": "red", "notes": "vip" }), &listed));
    }
    // Who may read is asked anew, and so is the kind of the room.
    define("notes", Clearance::Anyone, FieldScope::Member, &[]).await;
    define("seat", Clearance::Anyone, FieldScope::Member, &[]).await;
    world.checkpoint(world.log_seq()).await;
    let [listed, alone] = fields_of_bob(&world, Role::Guest).await;
    assert_eq!(listed, json!({ "team": "red", "notes": "vip", "seat": "7" }));
    assert_eq!(alone, listed);

    let (_, bob) = world.get("rooms/room-1/members/bob").await;
    assert_eq!((role(&bob["member"]), &bob["member"]["level"]), ("assistant", &json!(7)));
    // The room remembers those who have left, and knows nothing of others.
    let (status, gone) = world.get("rooms/room-1/members/gone").await;
    assert_eq!((status, &gone["member"]), (200, &json!(null)));
    assert_eq!(gone["fields"], json!({ "team": "blue" }));
    let (_, nobody) = world.get("rooms/room-1/members/nobody").await;
    assert_eq!((&nobody["member"], &nobody["fields"]), (&json!(null), &json!({})));
    assert_eq!(world.get("rooms/nowhere/members/bob").await.0, 404);
    assert_eq!(world.get("rooms/room-1/members/bob?limit=2").await.0, 400);
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
