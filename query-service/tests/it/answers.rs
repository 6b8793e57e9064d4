//! Single questions: the room, its history, users, rankings.

use domain::actor::Role;
use serde_json::{Value, json};

use crate::harness::World;

fn seqs(items: &Value) -> Vec<u64> {
    items.as_array().unwrap().iter().map(|item| item["room_seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_snapshot_has_the_room_and_its_recent_items() {
    let world = World::start_with(|config| config.hub.ring_items_max = 4).await;
    let room = world.room("room-1", 99).await;
    world.caught_up(&room).await;

    let (status, snapshot) = world.get(&format!("rooms/{room}")).await;
    assert_eq!(status, 200);
    assert_eq!(snapshot["name"], "Tea");
    assert_eq!(snapshot["status"], "scheduled");
    assert_eq!(snapshot["room_seq"], 100);
    assert_eq!(snapshot["log_seq"], 1);
    assert_eq!(snapshot["recent_complete"], true);
    assert_eq!(seqs(&snapshot["recent"]), (51..=100).collect::<Vec<_>>());

    let (_, few) = world.get(&format!("rooms/{room}?recent=2")).await;
    assert_eq!(seqs(&few["recent"]), [99, 100]);
    let (_, none) = world.get(&format!("rooms/{room}?recent=0")).await;
    assert_eq!((&none["recent"], &none["recent_complete"]), (&json!([]), &json!(true)));

    // A hole in the history: what lies before it is not what was recent.
    world.sql("DELETE FROM matinee.room_feed WHERE room_seq = 90").await;
    let (_, holed) = world.get(&format!("rooms/{room}?recent=20")).await;
    assert_eq!(seqs(&holed["recent"]), (91..=100).collect::<Vec<_>>());
    assert_eq!(holed["recent_complete"], false);
    world.stop().await;
}

#[tokio::test]
async fn viewers_see_a_day_of_history_and_those_who_run_the_room_all_of_it() {
    let world = World::start_with(|config| config.hub.ring_items_max = 4).await;
    let room = world.room("room-1", 9).await;
    world.caught_up(&room).await;
    let (now, day) = (service_kit::clock::now().0, 86_400_000);
    for (up_to, at) in [(6, now - day + 60_000), (5, now - day)] {
        let at = format!("UPDATE matinee.room_feed SET at = {at} WHERE room_seq <= {up_to}");
        world.sql(&at).await;
    }
    let (feed, room) = (format!("rooms/{room}/feed?limit=4"), format!("rooms/{room}"));

    let (_, late) = world.get(&room).await;
    assert_eq!(
        (seqs(&late["recent"]), &late["recent_complete"]),
        ((6..=10).collect(), &json!(true))
    );
    let (_, page) = world.get(&feed).await;
    assert_eq!((seqs(&page["items"]), &page["next"]), (vec![7, 8, 9, 10], &json!(7)));
    let (_, page) = world.get(&format!("{feed}&before=7")).await;
    assert_eq!((seqs(&page["items"]), &page["next"]), (vec![6], &json!(null)));
    let (_, page) = world.get(&format!("{feed}&after=0")).await;
    assert_eq!((seqs(&page["items"]), &page["next"]), (vec![6, 7, 8, 9], &json!(9)));

    let admin = world.token_for(Role::Admin, 60);
    let (_, all) = world.get_as(&admin, &room).await;
    assert_eq!((seqs(&all["recent"]), &all["recent_complete"]), ((1..=10).collect(), &json!(true)));
    let (_, page) = world.get_as(&admin, &format!("{feed}&before=7")).await;
    assert_eq!((seqs(&page["items"]), &page["next"]), (vec![3, 4, 5, 6], &json!(3)));
    world.stop().await;
}

#[tokio::test]
async fn history_is_paged_in_both_directions() {
    let world = World::start().await;
    let room = world.room("room-1", 9).await;
    world.caught_up(&room).await;

    let mut pages = Vec::new();
    let mut query = "limit=4".to_owned();
    loop {
        let (status, page) = world.get(&format!("rooms/{room}/feed?{query}")).await;
        assert_eq!(status, 200);
        pages.push(seqs(&page["items"]));
        let Some(next) = page["next"].as_u64() else { break };
        query = format!("limit=4&before={next}");
    }
    assert_eq!(pages, [vec![7, 8, 9, 10], vec![3, 4, 5, 6], vec![1, 2]]);

    let (_, page) = world.get(&format!("rooms/{room}/feed?limit=4&after=2")).await;
    assert_eq!((seqs(&page["items"]), &page["next"]), (vec![3, 4, 5, 6], &json!(6)));
    let (_, page) = world.get(&format!("rooms/{room}/feed?limit=4&after=6")).await;
    assert_eq!((seqs(&page["items"]), &page["next"]), (vec![7, 8, 9, 10], &json!(null)));
    let (_, page) = world.get(&format!("rooms/{room}/feed?after={}", u64::MAX)).await;
    assert_eq!((seqs(&page["items"]), &page["next"]), (vec![], &json!(null)));
    let (_, page) = world.get(&format!("rooms/{room}/feed?before=0")).await;
    assert_eq!((seqs(&page["items"]), &page["next"]), (vec![], &json!(null)));
    world.stop().await;
}

#[tokio::test]
async fn a_user_has_a_level_and_a_room_has_a_ranking() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    world
        .sql(
            "INSERT INTO matinee.app_user VALUES ('shop', '用户', 'Ann', NULL, 1, 1);
             INSERT INTO matinee.user_level VALUES ('shop', '用户', 350, 2, '{}'), ('shop', 'bob', 5, 0, '{}');
             INSERT INTO matinee.gift_total VALUES
                ('shop', 'room-1', 'bob', 1, 10, 0, 0), ('shop', 'room-1', '用户', 2, 20, 0, 0),
                ('shop', 'room-1', 'paid', 0, 0, 1, 50), ('shop', 'room-2', 'x', 9, 9, 0, 0)",
        )
        .await;

    let (status, user) = world.get("users/%E7%94%A8%E6%88%B7").await;
    let expected = json!({ "user_id": "用户", "nick": "Ann", "avatar": null, "level": 2,
        "points": 350, "followers": 0, "following": 0, "log_seq": 1 });
    assert_eq!((status, user), (200, expected));
    let (_, user) = world.get("users/bob").await;
    assert_eq!((&user["nick"], &user["points"]), (&json!(null), &json!(5)));
    let (status, problem) = world.get("users/nobody").await;
    assert_eq!((status, &problem["type"]), (404, &json!("/problems/user_not_found")));

    let (_, totals) = world.get(&format!("rooms/{room}/gift-totals")).await;
    let ann = json!({ "user_id": "用户", "nick": "Ann", "gifts": 2, "coins": 20 });
    let bob = json!({ "user_id": "bob", "nick": null, "gifts": 1, "coins": 10 });
    assert_eq!(totals, json!({ "room_id": "room-1", "ranking": [ann, bob], "log_seq": 1 }));
    let (_, totals) = world.get(&format!("rooms/{room}/gift-totals?limit=1")).await;
    assert_eq!(totals["ranking"].as_array().unwrap().len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn an_answer_waits_for_the_callers_own_write() {
    let world = World::start_with(|config| config.answers.min_seq_wait_ms = 300).await;
    let room = world.room("room-1", 0).await;
    let next = world.log_seq() + 1;

    // The live state: the answer comes as soon as the commit does.
    let path = format!("rooms/{room}?min_seq={next}");
    let ((status, snapshot), _) = tokio::join!(world.get(&path), world.say(&room, "mine"));
    assert_eq!((status, &snapshot["room_seq"]), (200, &json!(2)));

    // The read models: the projector has not come so far.
    for path in ["rooms/room-1/feed", "rooms/room-1/gift-totals", "users/ann"] {
        let (status, problem) = world.get(&format!("{path}?min_seq={next}")).await;
        assert_eq!((status, &problem["type"]), (412, &json!("/problems/not_yet")), "{path}");
        assert_eq!((&problem["log_seq"], &problem["min_seq"]), (&json!(1), &json!(next)));
    }
    let path = format!("rooms/{room}/feed?min_seq={next}");
    let ((status, page), ()) = tokio::join!(world.get(&path), world.checkpoint(next));
    assert_eq!((status, &page["log_seq"]), (200, &json!(next)));

    for path in ["rooms/room-1", "rooms/unborn", "rooms/room-1/feed"] {
        let url = world.url(&format!("{path}?min_seq={}", u64::MAX));
        let response = world.http.get(url).bearer_auth(world.token()).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["retry-after"]),
            (412, &"1".parse().unwrap())
        );
    }
    world.stop().await;
}

#[tokio::test]
async fn a_question_that_is_not_understood_is_refused() {
    let world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    for (path, code) in [
        ("rooms/room-1?min_seq=x", "invalid_query"),
        ("rooms/room-1?recent=201", "invalid_query"),
        ("rooms/room-1?minseq=1", "invalid_query"),
        ("rooms/room-1/feed?limit=0", "invalid_query"),
        ("rooms/room-1/feed?limit=201", "invalid_query"),
        ("rooms/room-1/feed?before=1&after=1", "invalid_query"),
        ("rooms/room-1/feed?before=1&before=1", "invalid_query"),
        ("rooms/room-1/gift-totals?limit=ten", "invalid_query"),
        ("users/ann?limit=1", "invalid_query"),
        ("rooms/%FF", "invalid_id"),
        ("rooms/@TGS%23x", "invalid_id"),
        ("users/a%00b", "invalid_id"),
        ("rooms/nowhere", "room_not_found"),
        ("rooms/nowhere/feed", "room_not_found"),
        ("rooms/nowhere/gift-totals", "room_not_found"),
        ("rooms/room-1/ws", "upgrade_required"),
        ("nothing", "not_found"),
    ] {
        let (status, problem) = world.get(path).await;
        assert_eq!(problem["type"], json!(format!("/problems/{code}")), "{path}: {problem}");
        assert_eq!(problem["status"], status);
    }
    world.stop().await;
}

#[tokio::test]
async fn only_a_token_of_the_app_reads() {
    let world = World::start().await;
    let room = world.room("room-1", 1).await;
    world.caught_up(&room).await;
    let paths = [
        "rooms/room-1",
        "rooms/room-1/feed",
        "rooms/room-1/stream",
        "rooms/room-1/ws",
        "rooms/room-1/gift-totals",
        "users/ann",
    ];
    for path in paths {
        let response = world.http.get(world.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
        let expired = world.token_for(Role::Admin, -60);
        let request = world.http.get(world.url(path)).bearer_auth(expired);
        assert_eq!(request.send().await.unwrap().status(), 401, "{path}");
        let url = world.url(path).replace("/shop/", "/other/");
        let request = world.http.get(url).bearer_auth(world.token());
        assert_eq!(request.send().await.unwrap().status(), 404, "{path}");
        let post = world.http.post(world.url(path)).bearer_auth(world.token());
        assert_eq!(post.send().await.unwrap().status(), 405, "{path}");
    }
    for role in [Role::Admin, Role::Host, Role::Assistant, Role::Viewer] {
        let url = world.url("rooms/room-1");
        let request = world.http.get(url).bearer_auth(world.token_for(role, 60));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    let token = world.token_for_rooms(&["room-2"]);
    for path in ["rooms/room-1", "rooms/room-1/feed", "rooms/room-1/stream"] {
        let request = world.http.get(world.url(path)).bearer_auth(&token);
        assert_eq!(request.send().await.unwrap().status(), 403, "{path}");
    }
    world.stop().await;
}
