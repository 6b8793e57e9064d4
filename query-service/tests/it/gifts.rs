//! The catalogue and the rankings of gifts.

use domain::app::define_gift::GiftDefined;
use domain::coins::Coins;
use domain::event::EventData;
use serde_json::json;

use crate::harness::World;

fn gift(id: &str, unit_price: u64, catalogue_version: u64) -> GiftDefined {
    GiftDefined::plain(id.parse().unwrap(), id, Coins(unit_price), catalogue_version)
}

#[tokio::test]
async fn the_catalogue_is_paged_and_says_what_has_changed() {
    let world = World::start().await;
    let effect = Some(json!({"lottie": "a.json"}));
    let image = Some("https://shop.example/a.png".into());
    let first = GiftDefined { effect, image, ..gift("a 花", 1, 1) };
    let retired = GiftDefined { retired: true, ..gift("b", 1, 4) };
    let gifts = [first, gift("b", 1, 2), gift("c", 1, 3), retired, gift("d", 5, 5)];
    world.append(None, gifts.map(EventData::GiftDefined).to_vec()).await;
    let min_seq = world.log_seq();
    let ids = |page: &serde_json::Value| -> Vec<String> {
        let gifts = page["gifts"].as_array().unwrap().iter();
        gifts.map(|gift| gift["gift_id"].as_str().unwrap().to_owned()).collect()
    };

    let (status, page) = world.get(&format!("gifts?limit=2&min_seq={min_seq}")).await;
    assert_eq!((status, &page["catalogue_version"], &page["next"]), (200, &json!(5), &json!("c")));
    assert_eq!(ids(&page), ["a 花", "c"]);
    let first = json!({"gift_id": "a 花", "name": "a 花", "unit_price": 1, "version": 1,
        "image": "https://shop.example/a.png", "category": null, "effect": {"lottie": "a.json"},
        "retired": false});
    assert_eq!(page["gifts"][0], first);
    let (_, rest) = world.get("gifts?limit=2&after=c").await;
    assert_eq!((ids(&rest), &rest["next"]), (vec!["d".to_owned()], &json!(null)));
    let (_, all) = world.get("gifts?retired=1&after=a%20%E8%8A%B1").await;
    assert_eq!(ids(&all), ["b", "c", "d"]);
    let (_, since) = world.get("gifts?retired=1&since=3").await;
    assert_eq!(ids(&since), ["b", "d"]);
    for query in ["retired=2", "after=%2e", "limit=0", "since=x"] {
        assert_eq!(world.get(&format!("gifts?{query}")).await.0, 400, "{query}");
    }
    world.stop().await;
}

#[tokio::test]
async fn gifts_are_ranked_by_room_by_hour_and_by_day() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let midnight = 1_700_006_400_000_i64;
    let hour = midnight + 3_600_000;
    world
        .sql(&format!(
            "INSERT INTO matinee.gift_total VALUES ('shop', 'room-1', 'ann', 9, 90, 0, 0);
             INSERT INTO matinee.gift_rank VALUES
                ('shop', 'room-1', 'hour', {hour}, 'ann', 2, 20),
                ('shop', 'room-1', 'hour', {hour}, 'bob', 1, 30),
                ('shop', 'room-1', 'hour', {midnight}, 'bob', 5, 50),
                ('shop', 'room-1', 'day', {midnight}, 'bob', 6, 80),
                ('shop', 'room-2', 'hour', {hour}, 'cid', 1, 99)"
        ))
        .await;
    let path = format!("rooms/{room}/gift-ranks");

    let (status, ranks) = world.get(&format!("{path}?period=hour&at={}", hour + 1)).await;
    assert_eq!((status, &ranks["starts_at"]), (200, &json!(hour)));
    assert_eq!(ranks["ends_at"], json!(hour + 3_600_000));
    let bob = json!({"user_id": "bob", "nick": null, "gifts": 1, "coins": 30});
    let ann = json!({"user_id": "ann", "nick": null, "gifts": 2, "coins": 20});
    assert_eq!(ranks["ranking"], json!([bob, ann]));
    let (_, day) = world.get(&format!("{path}?period=day&at={hour}&limit=1")).await;
    assert_eq!((&day["starts_at"], &day["ranking"][0]["coins"]), (&json!(midnight), &json!(80)));
    let (_, now) = world.get(&format!("{path}?period=day")).await;
    assert_eq!(now["ranking"], json!([]));
    let (_, all) = world.get(&path).await;
    assert_eq!((&all["period"], &all["starts_at"]), (&json!("room"), &json!(null)));
    assert_eq!(all["ranking"][0]["coins"], 90);
    for query in ["period=week", "at=18446744073709551615"] {
        assert_eq!(world.get(&format!("{path}?{query}")).await.0, 400, "{query}");
    }
    world.stop().await;
}

#[tokio::test]
async fn rooms_are_ranked_by_what_is_done_in_them() {
    let world = World::start_with(|config| {
        config.heat.message = 1;
        config.heat.gift_coin = 2;
        config.heat.like = 0;
    })
    .await;
    let midnight = 1_700_006_400_000_i64;
    let hour = midnight + 3_600_000;
    world
        .sql(&format!(
            "INSERT INTO matinee.room (app, room_id, room_seq, name, name_folded, kind, cover,
                introduction, announcement, archived, owner, status, created_at, changed_at,
                messages, paid_messages, paid_message_coins, gifts, gift_coins, likes)
             SELECT 'shop', id, 1, id, id, '', '', '', '', id = 'gone', 'host', 'live', 1, 1,
                0, 0, 0, 0, 0, 0
             FROM unnest(array['tea', 'cup', 'calm', 'gone']) AS named (id);
             INSERT INTO matinee.room_activity VALUES
                ('shop', {midnight}, 'tea', 9, 0, 0, 0, 1000, 0, 0, 0),
                ('shop', {hour}, 'tea', 1, 0, 0, 0, 0, 0, 0, 0),
                ('shop', {hour}, 'cup', 0, 0, 4, 0, 0, 0, 0, 0),
                ('shop', {hour}, 'calm', 0, 0, 0, 0, 5, 0, 0, 0),
                ('shop', {hour}, 'gone', 9, 0, 9, 0, 0, 0, 0, 0),
                ('shop', {midnight} - 1, 'calm', 9, 0, 0, 0, 0, 0, 0, 0),
                ('shop', {midnight} + 86400000, 'cup', 0, 0, 9223372036854775807,
                    9223372036854775807, 0, 0, 0, 0)"
        ))
        .await;
    let heats = |ranks: &serde_json::Value| -> Vec<(String, u64)> {
        let ranking = ranks["ranking"].as_array().unwrap().iter();
        let heat = |room: &serde_json::Value| room["heat"].as_u64().unwrap();
        ranking.map(|room| (room["room_id"].as_str().unwrap().to_owned(), heat(room))).collect()
    };
    let rank = |room: &str, heat: u64| (room.to_owned(), heat);

    let (status, ranks) = world.get(&format!("room-ranks?at={}", hour + 1)).await;
    assert_eq!((status, &ranks["starts_at"]), (200, &json!(hour)));
    assert_eq!(ranks["ends_at"], json!(hour + 3_600_000));
    assert_eq!(heats(&ranks), [rank("cup", 8), rank("tea", 1)]);
    let (_, ranks) = world.get(&format!("room-ranks?period=day&at={hour}")).await;
    assert_eq!(heats(&ranks), [rank("tea", 10), rank("cup", 8)]);
    let (_, ranks) = world.get(&format!("room-ranks?period=day&at={hour}&limit=1")).await;
    assert_eq!(heats(&ranks), [rank("tea", 10)]);
    let most = world.get(&format!("room-ranks?at={}", midnight + 86_400_000)).await.1;
    assert_eq!(heats(&most), [rank("cup", i64::MAX.unsigned_abs())]);
    for query in ["period=week", "limit=0", "at=x", "at=18446744073709551615"] {
        assert_eq!(world.get(&format!("room-ranks?{query}")).await.0, 400, "{query}");
    }
    world.stop().await;
}
