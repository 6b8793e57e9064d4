//! What is forgotten and no read model answers for: it is not done a second time.

use domain::actor::Role::Admin;
use domain::app::recent::REMEMBERED_MAX;
use serde_json::{Value, json};

use crate::http_stage::{Service, new_key, token};
use crate::stage::room_events;

/// The answers to a batch of purchases, one for each order.
async fn record(service: &Service, orders: impl Iterator<Item = usize>) -> Vec<Value> {
    let lines: Vec<String> = orders
        .map(|n| {
            let command = json!({"type": "record_purchase", "order_id": format!("order-{n}"),
                "product_id": "tea", "title": "Tea", "quantity": 1, "amount_cents": 100});
            let action = json!({"room": {"room_id": "room", "command": command}});
            json!({"id": new_key(), "action": action}).to_string()
        })
        .collect();
    let batch = service.bare(reqwest::Method::POST, "/batch").bearer_auth(token(Admin, "shop"));
    let batch = batch.header("content-type", "application/x-ndjson").body(lines.join("\n"));
    let answers = batch.send().await.unwrap().text().await.unwrap();
    answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_forgotten_is_not_recorded_again_while_nobody_knows_it() {
    let service = Service::with_room().await;
    let all_accepted =
        |answers: &[Value]| answers.iter().all(|answer| answer["outcome"] == "accepted");
    for from in (0..REMEMBERED_MAX).step_by(5_000) {
        let answers = record(&service, from..from + 5_000).await;
        assert!(answers.len() == 5_000 && all_accepted(&answers), "{:?}", answers[0]);
    }
    // All that was ever recorded is remembered: no read model is needed.
    assert_eq!(record(&service, 0..1).await[0]["outcome"], "already_so");
    let one_more = record(&service, REMEMBERED_MAX..=REMEMBERED_MAX).await;
    assert!(all_accepted(&one_more), "{one_more:?}");

    let forgotten = record(&service, 0..1).await;
    assert_eq!(forgotten[0]["type"], "/problems/read_models_behind", "{forgotten:?}");
    let recorded = room_events(&service.nats).await;
    let sold = recorded.iter().filter(|event| event.data.type_name() == "product_purchased");
    assert_eq!(sold.count(), REMEMBERED_MAX + 1);
}
