//! Who follows whom.

use domain::actor::Role;
use serde_json::json;

use crate::harness::World;

#[tokio::test]
async fn a_user_sees_whom_they_follow_and_all_see_how_many() {
    let world = World::start().await;
    world
        .sql(
            "INSERT INTO matinee.app_user (app, user_id, nick, registered_at, changed_at) VALUES
                ('shop', 'ann', 'Ann', 1, 1), ('shop', 'host', 'Host', 1, 1);
             INSERT INTO matinee.follow VALUES ('shop', 'ann', 'a', 5), ('shop', 'ann', 'host', 6),
                ('shop', 'ann', 'z', 7), ('shop', 'bob', 'host', 8), ('other', 'ann', 'b', 9);
             INSERT INTO matinee.follower_count VALUES ('shop', 'host', 2)",
        )
        .await;

    let (status, page) = world.get("users/ann/follows?limit=2").await;
    assert_eq!((status, &page["next"]), (200, &json!("host")));
    let host = json!({"host_id": "host", "nick": "Host", "avatar": null, "followed_at": 6});
    assert_eq!((&page["follows"][0]["host_id"], &page["follows"][1]), (&json!("a"), &host));
    let (_, rest) = world.get("users/ann/follows?limit=2&after=host").await;
    assert_eq!((&rest["follows"][0]["host_id"], &rest["next"]), (&json!("z"), &json!(null)));
    let (status, problem) = world.get("users/bob/follows").await;
    assert_eq!((status, &problem["type"]), (403, &json!("/problems/not_allowed")));
    let admin = world.http.get(world.url("users/bob/follows"));
    let admin = admin.bearer_auth(world.token_for(Role::Admin, 60)).send().await.unwrap();
    assert_eq!(admin.status(), 200);

    let (_, host) = world.get("users/host").await;
    assert_eq!((&host["followers"], &host["following"]), (&json!(2), &json!(0)));
    let (_, ann) = world.get("users/ann").await;
    assert_eq!((&ann["followers"], &ann["following"]), (&json!(0), &json!(3)));
    world.stop().await;
}
