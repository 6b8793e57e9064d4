//! The word lists of the app and of a room.

use std::collections::BTreeSet;

use domain::actor::Role;
use domain::app::set_word_list::WordListSet;
use domain::event::EventData;
use domain::ids::RoomId;
use domain::word_list::{FilterAction, WordList, star};
use serde_json::{Value, json};

use crate::harness::World;

fn set(name: &str, room_id: Option<&RoomId>) -> EventData {
    let words = BTreeSet::from(["rival".into()]);
    let action = FilterAction::Hold;
    let list = WordList { words, action, mask: star(), ..WordList::default() };
    let (room_id, name) = (room_id.cloned(), name.parse().unwrap());
    EventData::WordListSet(WordListSet { room_id, name, list })
}

async fn get_as(world: &World, role: Role, path: &str) -> (u16, Value) {
    let request = world.http.get(world.url(path)).bearer_auth(world.token_for(role, 60));
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn lists_are_read_page_by_page_by_those_who_may_set_them() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    let lists = vec![set("a", None), set("b", None), set("own", Some(&room))];
    world.append(None, lists).await;
    world.caught_up(&room).await;

    let list = |name: &str| json!({"name": name, "words": ["rival"], "action": "hold"});
    let (_, first) = get_as(&world, Role::Admin, "word-lists?limit=1").await;
    assert_eq!((&first["word_lists"], &first["next"]), (&json!([list("a")]), &json!("a")));
    let (_, rest) = get_as(&world, Role::Admin, "word-lists?limit=1&after=a").await;
    assert_eq!((&rest["word_lists"], &rest["next"]), (&json!([list("b")]), &Value::Null));
    let path = format!("rooms/{room}/word-lists");
    let (_, own) = get_as(&world, Role::Assistant, &path).await;
    assert_eq!(own["word_lists"], json!([list("own")]));

    for (role, path) in [(Role::Assistant, "word-lists"), (Role::Viewer, path.as_str())] {
        let (status, problem) = get_as(&world, role, path).await;
        assert_eq!((status, &problem["type"]), (403, &json!("/problems/not_allowed")));
    }
    for query in ["limit=51", "limit=0", "after=%00", "since=1"] {
        let (status, _) = get_as(&world, Role::Admin, &format!("word-lists?{query}")).await;
        assert_eq!(status, 400, "{query}");
    }
    let (status, _) = get_as(&world, Role::Admin, "rooms/nowhere/word-lists").await;
    assert_eq!(status, 404);
    world.stop().await;
}
