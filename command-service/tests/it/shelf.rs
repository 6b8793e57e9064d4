//! Products on a shelf, through HTTP.

use domain::actor::Role::{Assistant, Host, Viewer};
use reqwest::Method;
use serde_json::json;

use crate::http_stage::{Reply, Service};
use crate::stage::room_events;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shelf_is_filled_ordered_sold_out_and_cleared() {
    let service = Service::with_room().await;
    for id in ["pot", "tea"] {
        let product = json!({"title": id, "price_cents": 990});
        let path = format!("/rooms/room/products/{id}");
        service.put(Assistant, "eve", &path, product).await.expect(201);
    }
    let order = |ids: serde_json::Value| {
        let body = json!({ "product_ids": ids });
        service.put(Host, "host", "/rooms/room/shelf-order", body)
    };
    order(json!(["tea", "pot"])).await.expect(201);
    order(json!(["tea", "pot"])).await.expect(200);
    order(json!(["tea"])).await.expect_problem(409, "shelf_order_incomplete");
    order(json!(["tea", "pot", "cup"])).await.expect_problem(404, "product_not_found");

    let spotlight = json!({"product_id": "tea"});
    service.put(Host, "host", "/rooms/room/spotlight", spotlight).await.expect(201);
    let sold_out = "/rooms/room/products/tea/sold-out";
    service.put(Host, "host", sold_out, json!({"sold_out": true})).await.expect(201);
    service.put(Host, "host", sold_out, json!({"sold_out": true})).await.expect(200);
    let viewer = service.put(Viewer, "ann", sold_out, json!({"sold_out": false})).await;
    viewer.expect_problem(403, "not_allowed");
    service.put(Host, "host", sold_out, json!({"sold_out": false})).await.expect(201);

    let remove = || service.request(Method::DELETE, Host, "host", "/rooms/room/products/tea");
    Reply::to(remove()).await.expect(201);
    Reply::to(remove()).await.expect(200);

    let events = room_events(&service.nats).await;
    let types: Vec<&str> = events.iter().skip(2).map(|event| event.data.type_name()).collect();
    let expected = [
        "product_set",
        "product_set",
        "shelf_ordered",
        "spotlight_set",
        "product_sold_out",
        "product_restocked",
        "spotlight_set",
        "product_removed",
    ];
    assert_eq!(types, expected);
}
