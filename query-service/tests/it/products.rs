//! What a shelf shows, what a product cost when, and where the replay jumps to.

use domain::event::EventData;
use domain::room::change_room_status::RoomStatusChanged;
use domain::room::mark_sold_out::ProductSoldOut;
use domain::room::order_shelf::ShelfOrdered;
use domain::room::set_product::ProductSet;
use domain::room::shelf::Product;
use domain::room::status::RoomStatus::{Live, Paused, Scheduled};
use serde_json::json;

use crate::harness::World;

fn product(price_cents: u64) -> Product {
    Product { title: "Tea".into(), price_cents, stock: None }
}

fn set(id: &str) -> EventData {
    let (product_id, product) = (id.parse().unwrap(), product(990));
    EventData::ProductSet(ProductSet { product_id, product, is_new: true, sold_out: false })
}

#[tokio::test]
async fn a_snapshot_shows_the_shelf_in_its_order() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    let ids = |ids: &[&str]| ids.iter().map(|id| id.parse().unwrap()).collect();
    let ordered = ShelfOrdered { product_ids: ids(&["tea", "pot"]) };
    let out = ProductSoldOut { product_id: "pot".parse().unwrap(), product: product(990) };
    let events = vec![
        set("pot"),
        set("tea"),
        EventData::ShelfOrdered(ordered),
        EventData::ProductSoldOut(out),
    ];
    world.append(Some(&room), events).await;
    world.caught_up(&room).await;

    let (_, snapshot) = world.get(&format!("rooms/{room}")).await;
    let shown = |id: &str, sold_out: bool| {
        json!({"product_id": id, "title": "Tea", "price_cents": 990, "stock": null,
            "sold_out": sold_out})
    };
    assert_eq!(snapshot["shelf"], json!([shown("tea", false), shown("pot", true)]));
    world.stop().await;
}

#[tokio::test]
async fn the_history_of_a_product_is_paged_from_the_newest_change() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    world
        .sql(
            "INSERT INTO matinee.product_history VALUES
                ('shop', 'room-1', 'tea', 2, 100, 'Tea', 990, 3, false, false),
                ('shop', 'room-1', 'pot', 3, 150, 'Pot', 5, NULL, false, false),
                ('shop', 'room-1', 'tea', 4, 200, 'Tea', 890, 2, false, false),
                ('shop', 'room-1', 'tea', 7, 300, 'Tea', 890, 2, true, true)",
        )
        .await;
    world.caught_up(&room).await;

    let path = format!("rooms/{room}/products/tea/history");
    let (status, page) = world.get(&format!("{path}?limit=2")).await;
    assert_eq!((status, &page["next"]), (200, &json!(4)));
    let removed = json!({"room_seq": 7, "at": 300, "title": "Tea", "price_cents": 890, "stock": 2,
        "sold_out": true, "removed": true});
    assert_eq!(page["changes"][0], removed);
    let (_, page) = world.get(&format!("{path}?limit=2&before=4")).await;
    assert_eq!(page["next"], json!(null));
    assert_eq!(page["changes"][0]["price_cents"], 990);
    let (_, nothing) = world.get(&format!("rooms/{room}/products/cup/history")).await;
    assert_eq!(nothing["changes"], json!([]));
    let (status, _) = world.get("rooms/nowhere/products/tea/history").await;
    assert_eq!(status, 404);
    world.stop().await;
}

#[tokio::test]
async fn marks_count_from_the_first_moment_of_the_show() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    let path = format!("rooms/{room}/marks");
    world.caught_up(&room).await;
    let (_, before) = world.get(&path).await;
    assert_eq!((&before["live_at"], &before["marks"]), (&json!(null), &json!([])));

    let to = |from, to| EventData::RoomStatusChanged(RoomStatusChanged { from, to });
    let live = world.append(Some(&room), vec![to(Scheduled, Live)]).await;
    // A pause does not begin the show anew.
    world.append(Some(&room), vec![to(Live, Paused), to(Paused, Live)]).await;
    let at = live[0].at.0;
    let window = |seq: i64, from: i64, to: &str| {
        let product = r#"{"title":"Tea","price_cents":990}"#;
        format!("('shop', 'room-1', {seq}, 'tea', '{product}', {}, 9, {to})", at + from)
    };
    let rows = [
        window(2, -50, &(at - 10).to_string()),
        window(3, -10, &(at + 1_000).to_string()),
        window(5, 2_000, &(at + 3_500).to_string()),
        window(8, 9_000, "NULL"),
    ];
    world.sql(&format!("INSERT INTO matinee.spotlight VALUES {}", rows.join(","))).await;
    world.caught_up(&room).await;

    let mark = |room_seq: u64, start: u64, end: Option<u64>| {
        json!({"room_seq": room_seq, "product_id": "tea", "title": "Tea", "price_cents": 990,
            "start_ms": start, "end_ms": end})
    };
    let (status, marks) = world.get(&format!("{path}?limit=2")).await;
    assert_eq!((status, &marks["live_at"], &marks["next"]), (200, &json!(at), &json!(5)));
    assert_eq!(marks["marks"], json!([mark(3, 0, Some(1_000)), mark(5, 2_000, Some(3_500))]));
    let (_, rest) = world.get(&format!("{path}?limit=2&after=5")).await;
    assert_eq!(rest["marks"], json!([mark(8, 9_000, None)]));
    assert_eq!(rest["next"], json!(null));
    world.stop().await;
}
