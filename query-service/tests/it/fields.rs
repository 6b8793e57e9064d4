//! Custom fields: the same item for everybody, with what each may read, live, later and in snapshots.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::Role;
use domain::app::define_field::FieldDefined;
use domain::event::EventData;
use domain::field::{Clearance, FieldScope};
use domain::ids::{FieldKey, RoomId};
use domain::room::set_fields::FieldsSet;
use domain::room::set_room_profile::RoomProfileSet;
use serde_json::{Value, json};

use crate::harness::{World, message};

fn defined(key: &str, read: Clearance) -> EventData {
    of_kinds(key, read, &[])
}

fn of_kinds(key: &str, read: Clearance, kinds: &[&str]) -> EventData {
    let (key, scope, write) = (key.parse().unwrap(), FieldScope::Room, Clearance::Owner);
    let kinds = kinds.iter().copied().map(Arc::from).collect();
    EventData::FieldDefined(FieldDefined { key, scope, read, write, kinds })
}

fn set(pairs: &[(&str, &str)]) -> EventData {
    let values: BTreeMap<FieldKey, Arc<str>> =
        pairs.iter().map(|(key, value)| (key.parse().unwrap(), Arc::from(*value))).collect();
    EventData::FieldsSet(FieldsSet { values })
}

async fn get_as(world: &World, role: Role, path: &str) -> Value {
    let request = world.http.get(world.url(path)).bearer_auth(world.token_for(role, 60));
    request.send().await.unwrap().json().await.unwrap()
}

/// What readers of these roles get of both fields. The host of the token does not own the room.
const READERS: [(Role, &str); 4] = [
    (Role::Guest, r#"{"open":"1"}"#),
    (Role::Viewer, r#"{"open":"1"}"#),
    (Role::Assistant, r#"{"inside":"2","open":"1"}"#),
    (Role::Admin, r#"{"inside":"2","open":"1"}"#),
];

async fn with_fields(world: &World) -> RoomId {
    let fields = [defined("open", Clearance::Anyone), defined("inside", Clearance::Assistant)];
    world.append(None, fields.to_vec()).await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    room
}

#[tokio::test]
async fn a_live_item_carries_what_its_reader_may_read() {
    let world = World::start().await;
    let room = with_fields(&world).await;
    let mut streams = Vec::new();
    for (role, expected) in READERS {
        let token = world.token_for(role, 60);
        streams.push((world.stream_with(&room, &token, None).await, expected));
    }
    let items = vec![message("a"), set(&[("inside", "2"), ("open", "1")]), message("b")];
    world.append(Some(&room), items).await;

    for (mut stream, expected) in streams {
        let events = stream.until(5).await;
        let item = events[2].json();
        assert_eq!(
            (item["type"].as_str(), item["room_seq"].as_u64()),
            (Some("fields_set"), Some(4))
        );
        assert_eq!(item["data"]["values"].to_string(), expected);
        assert_eq!(events[3].json()["data"]["text"], "b");
    }
    world.stop().await;
}

#[tokio::test]
async fn history_and_snapshot_say_the_same_as_the_live_item() {
    let world = World::start_with(|config| config.hub.ring_items_max = 1).await;
    let room = with_fields(&world).await;
    let mut events = world.append(Some(&room), vec![set(&[("inside", "2"), ("open", "1")])]).await;
    events.extend(world.say(&room, "after").await);
    world.project(&events).await;
    world.caught_up(&room).await;
    for (role, expected) in READERS {
        let page = get_as(&world, role, &format!("rooms/{room}/feed?after=2")).await;
        assert_eq!(page["items"][0]["data"]["values"].to_string(), expected);
        let view = get_as(&world, role, &format!("rooms/{room}?recent=2")).await;
        assert_eq!(view["recent"][0]["data"]["values"].to_string(), expected);
        let fields: BTreeMap<String, Value> = view["fields"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, field)| (key.clone(), field["value"].clone()))
            .collect();
        assert_eq!(serde_json::to_string(&fields).unwrap(), expected);
        assert_eq!(view["fields"]["open"]["version"], 3);

        let token = world.token_for(role, 60);
        let mut resumed = world.stream_with(&room, &token, Some("2")).await;
        let resumed = resumed.until(4).await;
        assert_eq!(resumed[1].json()["data"]["values"].to_string(), expected);
    }
    world.stop().await;
}

#[tokio::test]
async fn who_may_read_is_asked_anew_for_what_is_there() {
    let world = World::start().await;
    let room = with_fields(&world).await;
    world.append(Some(&room), vec![set(&[("inside", "2"), ("open", "1")])]).await;
    world.append(None, vec![defined("inside", Clearance::Anyone)]).await;
    let room_path = format!("rooms/{room}?min_seq={}", world.log_seq());
    let view = get_as(&world, Role::Guest, &room_path).await;
    assert_eq!(view["fields"]["inside"], json!({"value": "2", "version": 3}));
    let (_, fields) = world.get("fields").await;
    let inside = json!({"scope": "room", "read": "anyone", "write": "owner", "kinds": []});
    assert_eq!(fields["fields"]["inside"], inside);
    world.append(Some(&room), vec![set(&[("inside", "")])]).await;
    let room_path = format!("rooms/{room}?min_seq={}", world.log_seq());
    let view = get_as(&world, Role::Guest, &room_path).await;
    assert_eq!(view["fields"].as_object().unwrap().len(), 1, "{view}");
    world.stop().await;
}

#[tokio::test]
async fn a_room_of_another_kind_hides_a_field_and_keeps_it() {
    let world = World::start().await;
    world.append(None, vec![of_kinds("bids", Clearance::Anyone, &["auction"])]).await;
    let room = world.room("room-1", 0).await;
    let profile = |kind: &str| {
        let (name, kind, cover) = ("Tea time".into(), kind.into(), "".into());
        EventData::RoomProfileSet(RoomProfileSet { name, kind, cover })
    };
    world.append(Some(&room), vec![profile("auction"), set(&[("bids", "9")])]).await;
    let shown = async || {
        let path = format!("rooms/{room}?min_seq={}", world.log_seq());
        get_as(&world, Role::Guest, &path).await["fields"].clone()
    };
    let bids = json!({"bids": {"value": "9", "version": 3}});
    assert_eq!(shown().await, bids);
    world.append(Some(&room), vec![profile("tea")]).await;
    assert_eq!(shown().await, json!({}));
    world.append(None, vec![of_kinds("bids", Clearance::Anyone, &["auction", "tea"])]).await;
    assert_eq!(shown().await, bids);
    let (_, fields) = world.get("fields").await;
    assert_eq!(fields["fields"]["bids"]["kinds"], json!(["auction", "tea"]));
    world.stop().await;
}
