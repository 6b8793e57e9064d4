//! What a real shop sold in eighteen months, sent in twice and again when it is no longer remembered: each
//! order counts once.

use domain::actor::Role::Admin;
use domain::app::recent::REMEMBERED_MAX;
use harness::http::Caller;
use harness::{Cluster, recordings};
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::clock;

/// The recorded purchases as commands, each with an id of its own, and a product for each month. Their
/// orders begin with `shop`.
fn commands(shop: &str, recorded: &[Value]) -> Vec<Value> {
    let command = |line: &Value| {
        let month = line["date"].as_str().unwrap().get(..7).unwrap();
        let command = json!({"type": "record_purchase", "order_id": format!("{shop}-{}", line["n"]),
            "product_id": month, "title": month, "quantity": line["quantity"],
            "amount_cents": line["amount_cents"]});
        json!({"id": clock::new_command_id().to_string(), "user_id": line["user"],
            "action": {"room": {"room_id": "shop", "command": command}}})
    };
    recorded.iter().map(command).collect()
}

/// How many were recorded now and how many before; what was sold after them all.
async fn send(shop: &Caller, orders: &str, recorded: &[Value]) -> (usize, usize, Value) {
    let (mut new, mut known, mut last) = (0, 0, 0);
    for some in commands(orders, recorded).chunks(5_000) {
        for answer in shop.batch(some).await {
            let outcome = answer["outcome"].as_str().unwrap_or_default();
            assert!(["accepted", "already_so"].contains(&outcome), "{answer}");
            new += usize::from(outcome == "accepted");
            known += usize::from(outcome == "already_so");
            last = last.max(answer["log_seq"].as_u64().unwrap_or_default());
        }
    }
    let (status, sales) = shop.query(&format!("/rooms/shop/sales?min_seq={last}")).await;
    assert_eq!(status, 200, "{sales}");
    (new, known, sales)
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_purchases_add_up_and_the_same_again_changes_nothing() {
    let Some(path) = recordings::find("purchases-cdnow-sample.ndjson") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let recorded: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cluster = Cluster::start().await;
    let shop = cluster.caller("shop", Admin);
    let room = json!({"name": "Records", "owner": "host"});
    assert_eq!(shop.command(Method::PUT, "/rooms/shop", &room).await.0, 201);

    let (new, known, sales) = send(&shop, "order", &recorded).await;
    assert_eq!((new, known), (6_919, 0));
    assert_eq!((&sales["orders"], &sales["sold"]), (&json!(6_919), &json!(16_479)));
    assert_eq!(sales["revenue_cents"], 24_409_194);
    assert_eq!(sales["products"].as_array().unwrap().len(), 18);

    let (new, known, again) = send(&shop, "order", &recorded).await;
    assert_eq!((new, known), (0, 6_919));
    assert_eq!(again["products"], sales["products"]);

    // Together more than are remembered: for the oldest the read model is believed.
    let (new, known, both) = send(&shop, "other", &recorded).await;
    assert!(REMEMBERED_MAX < 2 * new && known == 0, "{new} {known}");
    let (new, known, again) = send(&shop, "order", &recorded).await;
    assert_eq!((new, known), (0, 6_919));
    assert_eq!(again["products"], both["products"]);
    cluster.stop().await;
}
