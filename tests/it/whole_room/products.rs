//! Point 6: the shelf, the spotlight, and what they were when; purchases of point 5.

use serde_json::{Value, json};
use service_kit::clock;

use super::{Stage, already_so, done, refused, shown};

pub(super) const PATHS: &[&str] = &[
    "/rooms/shelf?",
    "/rooms/shelf/marks?",
    "/rooms/shelf/products/pot/history?",
    "/rooms/shelf/sales?",
];

const POT: &str = "/rooms/shelf/products/pot";

fn product(price: u64) -> Value {
    json!({"title": "A pot", "price_cents": price, "stock": 5})
}

pub(super) async fn chapter(stage: &Stage) {
    let Stage { shop, host, assistant, ann, bob, .. } = stage;
    stage.live_room("shelf").await;
    let stream = bob.watch("shelf").await;
    refused(ann.put(POT, &product(1_000)).await, 403, "not_allowed");
    let first = done(host.put(POT, &product(1_000)).await);
    already_so(host.put(POT, &product(1_000)).await);
    let cheaper = done(assistant.put(POT, &product(900)).await);
    done(host.put("/rooms/shelf/products/cup", &product(100)).await);
    let order = |ids: &[&str]| json!({ "product_ids": ids });
    let path = "/rooms/shelf/shelf-order";
    refused(host.put(path, &order(&["cup"])).await, 409, "shelf_order_incomplete");
    done(host.put(path, &order(&["cup", "pot"])).await);

    let spotlight = |id: Option<&str>| json!({ "product_id": id });
    let path = "/rooms/shelf/spotlight";
    refused(host.put(path, &spotlight(Some("moon"))).await, 404, "product_not_found");
    let explained = done(host.put(path, &spotlight(Some("pot"))).await);

    // Sold by the shop alone, once an order, with what was shown at that moment.
    let buyer = shop.in_the_name_of("ann");
    let sale = json!({"product_id": "pot", "quantity": 2, "amount_cents": 1_800});
    let purchase = "/rooms/shelf/purchases/shelf-1";
    refused(ann.put(purchase, &sale).await, 403, "not_allowed");
    done(buyer.put(purchase, &sale).await);
    already_so(buyer.put(purchase, &sale).await);
    let sold = stream.until_type("product_purchased").await;
    let data = &sold["data"];
    assert_eq!((&sold["user_id"], &data["price_cents"]), (&json!("ann"), &json!(900)), "{sold}");
    assert_eq!(data["spotlight"], "pot", "{sold}");

    let mut flags = vec![];
    for sold_out in [true, false] {
        let body = json!({ "sold_out": sold_out });
        flags.push(done(assistant.put(&format!("{POT}/sold-out"), &body).await));
    }
    let closed = done(host.put(path, &spotlight(None)).await);
    flood(stage, &stream).await;
    let last = done(host.delete("/rooms/shelf/products/cup").await);

    // A notice of every change, of a class that is never left out.
    stream.until("the last of them", |frame| frame["room_seq"] == last["room_seq"]).await;
    for (kind, times) in [
        ("product_set", 3 + FLOODED),
        ("shelf_ordered", 1),
        ("spotlight_set", 2),
        ("product_sold_out", 1),
        ("product_restocked", 1),
        ("product_removed", 1),
    ] {
        let told = stream.of(kind);
        assert_eq!(told.len(), times, "{kind}");
        assert!(told.iter().all(|item| item["priority"] == "high"), "{kind}");
    }
    let room = shown(ann, "/rooms/shelf", &last).await;
    assert_eq!(room["shelf"].as_array().unwrap().len(), 1, "{room}");
    let is = (&room["shelf"][0]["product_id"], &room["spotlight"]);
    assert_eq!(is, (&json!("pot"), &json!(null)));

    // As facts with time: what it cost when, and when it was explained.
    let history = shown(ann, &format!("{POT}/history"), &last).await;
    let text = history.to_string();
    for fact in [&first, &cheaper] {
        assert!(text.contains(&fact["at"].to_string()), "{history}");
    }
    assert!(text.contains("1000") && text.contains("900"), "{history}");
    let marks = shown(ann, "/rooms/shelf/marks", &last).await;
    let windows = marks["marks"].as_array().unwrap();
    assert_eq!(windows.len(), 1, "{marks}");
    let at = |fact: &Value| fact["at"].as_u64().unwrap();
    let since_live = |fact: &Value| json!(at(fact) - marks["live_at"].as_u64().unwrap());
    let window = (&windows[0]["start_ms"], &windows[0]["end_ms"]);
    assert_eq!(window, (&since_live(&explained), &since_live(&closed)), "{marks}");
    let sales = shown(host, "/rooms/shelf/sales", &last).await;
    assert_eq!((&sales["orders"], &sales["revenue_cents"]), (&json!(1), &json!(1_800)), "{sales}");
    refused(ann.query("/rooms/shelf/sales").await, 403, "not_allowed");
}

/// Changes of products within the flood.
const FLOODED: usize = 4;

/// So much of the lowest class that viewers are not sent it all, and changes of products in between.
async fn flood(stage: &Stage, stream: &harness::Viewer) {
    let line = |command: Value| {
        let id = clock::new_command_id().to_string();
        json!({"id": id, "action": {"room": {"room_id": "shelf", "command": command}}})
    };
    let wave = json!({"type": "send_custom_message", "data": "x", "description": "", "extension": "",
        "priority": "lowest"});
    let mut lines = vec![];
    for price in 0..FLOODED {
        lines.extend((0..200).map(|_| line(wave.clone())));
        lines.push(line(json!({"type": "set_product", "product_id": "pot",
            "product": {"title": "A pot", "price_cents": 910 + price, "stock": 5}})));
    }
    let answers = stage.shop.batch(&lines).await;
    assert!(answers.iter().all(|answer| answer["outcome"] == "accepted"), "{:?}", answers.first());
    let shed = |frame: &Value| frame["shed"]["lowest"].as_u64().is_some_and(|shed| 0 < shed);
    stream.until("something is left out", shed).await;
}
