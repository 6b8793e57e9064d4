//! Admin accounts: a list, and who is not on it.

use domain::actor::Role;
use reqwest::Method;
use serde_json::json;

use crate::http_stage::{Reply, Service};

#[tokio::test]
async fn with_a_list_only_those_on_it_are_admins() {
    let service = Service::with_room().await;
    let list = json!({"user_ids": ["boss"]});
    service
        .put(Role::Host, "host", "/admins", list.clone())
        .await
        .expect_problem(403, "not_allowed");
    let six = json!({"user_ids": ["a", "b", "c", "d", "e", "f"]});
    let refused = service.put(Role::Admin, "boss", "/admins", six).await;
    assert_eq!(refused.expect_problem(422, "too_many_admins")["max"], 5);
    service.put(Role::Admin, "boss", "/admins", list.clone()).await.expect(201);
    service.put(Role::Admin, "boss", "/admins", list).await.expect(200);

    let tulip = json!({"name": "Tulip", "unit_price": 5});
    let path = "/gifts/tulip";
    let refused = service.put(Role::Admin, "shop", path, tulip.clone()).await;
    refused.expect_problem(403, "admin_not_listed");
    service.put(Role::Admin, "boss", path, tulip).await.expect(201);
    let in_her_name = |admin| {
        let request = service.request(Method::POST, Role::Admin, admin, "/rooms/room/messages");
        request.header("matinee-on-behalf-of", "ann").json(&json!({"text": "hello"}))
    };
    Reply::to(in_her_name("shop")).await.expect_problem(403, "admin_not_listed");
    Reply::to(in_her_name("boss")).await.expect(201);
    let create = json!({"type": "create_app", "app_id": "cafe", "name": "Café", "keys": []});
    let line = json!({"id": crate::http_stage::new_key(), "action": {"app": create}});
    let batch = service.bare(Method::POST, "/batch");
    let batch = batch.bearer_auth(crate::http_stage::token(Role::Admin, "boss"));
    let answer = Reply::to(batch.body(line.to_string())).await.expect(200);
    assert_eq!(answer["type"], "/problems/not_allowed", "only the registry has apps");
}
