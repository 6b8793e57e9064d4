//! What was left out of a room, for whoever runs it.

use domain::actor::Role;
use domain::ids::RoomId;
use migrations::testing::TestPostgres;
use query_service::QueryConfig;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::{LIMIT, World, message};

impl World {
    /// Waits until the numbers of the room are so, and gives them back.
    pub(crate) async fn insight(&self, room: &RoomId, wanted: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let request = self.http.get(self.url(&format!("rooms/{room}/insight")));
                let request = request.bearer_auth(self.token_for(Role::Admin, 60));
                let answer: Value = request.send().await.unwrap().json().await.unwrap();
                if answer["shed"].is_object() && wanted(&answer["shed"]) {
                    return answer["shed"].clone();
                }
            }
        };
        timeout(LIMIT, asking).await.expect("the numbers come")
    }
}

/// A room in which three items a second are sent and more are said.
fn busy(config: &mut QueryConfig) {
    config.hub.shaping.normal_items_per_s = 3;
    config.hub.insight_ms = 10;
    config.answers.postgres_timeout_ms = 500;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_room_leaves_out_is_counted_once_and_waits_for_postgres() {
    let mut postgres = TestPostgres::start().unwrap();
    let url = postgres.create_database().await.unwrap();
    let mut world = World::start_on(&url, busy).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let none = json!({ "normal": 0, "low": 0, "lowest": 0 });
    let shed = world.insight(&room, |_| true).await;
    assert_eq!(shed, json!({ "room": none, "viewers": none }));

    world.append(Some(&room), vec![message("x"); 30]).await;
    world.caught_up(&room).await;
    let counted = |shed: &Value| shed["room"]["normal"].as_u64().unwrap();
    let first = counted(&world.insight(&room, |shed| 0 < counted(shed)).await);
    // The creation of the room is one of the three, and a second may have passed.
    assert!((24..=28).contains(&first), "{first}");

    postgres.kill9();
    world.pass(60_000);
    world.append(Some(&room), vec![message("x"); 30]).await;
    world.caught_up(&room).await;
    postgres.restart().unwrap();
    let all = world.insight(&room, |shed| first < counted(shed)).await;
    assert_eq!((counted(&all), &all["viewers"]), (first + 27, &none));

    // Another process shows the same room and leaves out the same.
    let mut config = QueryConfig::default();
    busy(&mut config);
    world.restart(config).await;
    world.pass(60_000);
    world.append(Some(&room), vec![message("x"); 5]).await;
    world.caught_up(&room).await;
    let more = world.insight(&room, |shed| first + 27 < counted(shed)).await;
    assert_eq!(counted(&more), first + 29);

    let viewer = world.get(&format!("rooms/{room}/insight")).await;
    assert_eq!((viewer.0, &viewer.1["type"]), (403, &json!("/problems/not_allowed")));
    assert_eq!(world.get("rooms/elsewhere/insight").await.0, 404);
    world.stop().await;
}
