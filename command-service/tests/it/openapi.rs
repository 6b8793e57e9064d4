//! `GET /openapi.json` says what the service does: every request that it documents is served, and
//! every request of the catalogue is documented.

use reqwest::Method;
use serde_json::{Value, json};

use crate::http_stage::{Reply, Service};

const CATALOGUE: &str = include_str!("../../../docs/catalogue.md");

/// Method and path of all that is documented.
fn documented(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys().filter(|key| *key != "parameters");
        methods.map(|method| (method.to_uppercase(), path.clone()))
    });
    operations.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_and_the_routes_are_the_same() {
    let service = Service::start().await;
    let reply = Reply::to(service.at_root("/openapi.json")).await;
    assert_eq!(reply.content_type, "application/json");
    let document = reply.expect(200);
    assert_eq!(document["openapi"], "3.1.0");

    let documented = documented(&document);
    for (method, path) in &documented {
        let path = path.replace("{app}", "shop").replace("{room_seq}", "1").replace(['{', '}'], "");
        let reply = Reply::to(service.anywhere(method.parse::<Method>().unwrap(), &path)).await;
        reply.expect_problem(401, "token_missing");
    }
    let rows = CATALOGUE.lines().filter(|row| row.contains("`command-service/src/routes/"));
    let requests: Vec<&str> = rows.filter_map(|row| row.split('`').nth(3)).collect();
    assert!(!requests.is_empty());
    for request in requests {
        let (method, path) = request.split_once(' ').unwrap();
        let path = path.split('?').next().unwrap();
        let request = (method.to_owned(), path.to_owned());
        assert!(documented.contains(&request), "{request:?} is not documented");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_is_described_with_its_limits_and_its_problems() {
    let service = Service::start().await;
    let document = Reply::to(service.at_root("/openapi.json")).await.expect(200);

    let send = &document["paths"]["/v1/apps/{app}/rooms/{room_id}/messages"]["post"];
    assert_eq!(send["operationId"], "send_message");
    let body = &send["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["properties"]["text"]["maxLength"], 12_288);
    assert_eq!(body["additionalProperties"], false);
    let problem = &send["responses"]["403"]["content"]["application/problem+json"]["schema"];
    let types = problem["allOf"][1]["properties"]["type"]["enum"].as_array().unwrap();
    assert!(types.contains(&json!("/problems/muted")), "{types:?}");
    assert_eq!(document["components"]["schemas"]["AppId"]["maxLength"], 32);
}
