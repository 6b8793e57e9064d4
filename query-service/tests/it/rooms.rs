//! The list of rooms, and what is searched in it.

use domain::actor::Role;
use serde_json::{Value, json};

use crate::harness::World;

impl World {
    /// A row as the projector writes it.
    async fn row(&self, room_id: &str, created_at: i64, [name, owner, kind, status]: [&str; 4]) {
        let archived = kind == "old";
        self.sql(&format!(
            "INSERT INTO matinee.room VALUES ('shop', '{room_id}', 1, '{name}', '{}', '{kind}', '',
                'intro', 'hello', {archived}, '{owner}', '{status}', {created_at}, {created_at}, NULL,
                3, 0, 0, 2, 20, 5)",
            name.to_lowercase()
        ))
        .await;
    }

    async fn rooms_as(&self, token: String, query: &str) -> (u16, Value) {
        let request = self.http.get(self.url(&format!("rooms?{query}"))).bearer_auth(token);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The ids of a page.
    async fn ids(&self, query: &str) -> Vec<String> {
        let (status, page) = self.rooms_as(self.token(), query).await;
        assert_eq!(status, 200, "{page}");
        ids(&page)
    }
}

fn ids(page: &Value) -> Vec<String> {
    let rooms = page["rooms"].as_array().unwrap();
    rooms.iter().map(|room| room["room_id"].as_str().unwrap().to_owned()).collect()
}

async fn a_shop() -> World {
    let world = World::start().await;
    world
        .sql(
            "INSERT INTO matinee.app_user (app, user_id, nick, registered_at, changed_at)
                VALUES ('shop', 'host', 'Host', 1, 1)",
        )
        .await;
    world.row("a", 10, ["Tea Time", "host", "tea", "live"]).await;
    world.row("b b", 10, ["More TEA", "host", "", "scheduled"]).await;
    world.row("c", 20, ["Shoes 100%", "ann", "shoes", "live"]).await;
    world.row("d", 30, ["Old tea", "ann", "old", "ended"]).await;
    world.row("e", 40, ["Jackets", "host", "old", "replay"]).await;
    world
}

#[tokio::test]
async fn rooms_are_listed_newest_first_page_by_page() {
    let world = a_shop().await;
    let (_, page) = world.rooms_as(world.token(), "limit=1").await;
    let room = json!({"room_id": "c", "name": "Shoes 100%", "owner": "ann", "owner_nick": null,
        "owner_avatar": null, "kind": "shoes", "cover": "", "introduction": "intro",
        "announcement": "hello", "status": "live", "archived": false, "created_at": 20,
        "live_at": null, "changed_at": 20, "room_seq": 1,
        "totals": {"messages": 3, "likes": 5, "gifts": 2, "gift_coins": 20}});
    assert_eq!(page["rooms"], json!([room]));
    let mut all = ids(&page);
    let mut next = page["next"].clone();
    while let Some(after) = next.as_str() {
        let (_, page) = world.rooms_as(world.token(), &format!("limit=1&after={after}")).await;
        all.extend(ids(&page));
        next = page["next"].clone();
    }
    // Those of one moment come by id.
    assert_eq!(all, ["c", "b b", "a"]);
    assert_eq!(world.ids("limit=3").await, all);
    world.stop().await;
}

#[tokio::test]
async fn filters_narrow_the_list_and_the_search_finds_a_part_of_a_name() {
    let world = a_shop().await;
    assert_eq!(world.ids("q=tea").await, ["b b", "a"]);
    assert_eq!(world.ids("q=TeA%20t").await, ["a"]);
    assert_eq!(world.ids("q=100%25").await, ["c"], "nothing in it is a pattern");
    assert_eq!(world.ids("q=_ea").await, [""; 0]);
    assert_eq!(world.ids("status=live").await, ["c", "a"]);
    assert_eq!(world.ids("kind=tea").await, ["a"]);
    assert_eq!(world.ids("owner=host").await, ["b b", "a"]);
    assert_eq!(world.ids("owner=host&status=live&kind=tea&q=time").await, ["a"]);
    assert_eq!(world.ids("owner=host&status=ended").await, [""; 0]);
    let of_rooms = world.rooms_as(world.token_for_rooms(&["a", "d"]), "").await.1;
    assert_eq!(ids(&of_rooms), ["a"], "a token for some rooms sees no others");
    world.stop().await;
}

#[tokio::test]
async fn archived_rooms_are_for_admins_and_their_hosts() {
    let world = a_shop().await;
    let admin = || world.token_for(Role::Admin, 60);
    assert_eq!(ids(&world.rooms_as(admin(), "archived=1").await.1), ["e", "d"]);
    assert_eq!(ids(&world.rooms_as(admin(), "archived=1&q=TEA").await.1), ["d"]);
    let host = || world.token_for(Role::Host, 60);
    assert_eq!(ids(&world.rooms_as(host(), "archived=1&owner=ann").await.1), ["d"]);
    for (token, query) in [
        (host(), "archived=1"),
        (host(), "archived=1&owner=host"),
        (world.token(), "archived=1&owner=ann"),
    ] {
        let (status, problem) = world.rooms_as(token, query).await;
        assert_eq!((status, &problem["type"]), (403, &json!("/problems/not_allowed")));
    }
    world.stop().await;
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let world = World::start_with(|config| config.answers.search_bytes_max = 4).await;
    assert_eq!(world.ids("q=four").await, [""; 0]);
    for query in [
        "q=fives",
        "q=%00",
        "q=%FF",
        "status=open",
        "archived=2",
        "after=x",
        "limit=0",
        "limit=201",
        "sort=name",
    ] {
        let (status, problem) = world.rooms_as(world.token(), query).await;
        assert_eq!((status, &problem["type"]), (400, &json!("/problems/invalid_query")), "{query}");
    }
    world.stop().await;
}
