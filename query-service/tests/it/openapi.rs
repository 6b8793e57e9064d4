//! `GET /openapi.json` says what the service does: every question that it documents is served, and
//! every question of the catalogue is documented.

use serde_json::Value;

use crate::harness::World;

const CATALOGUE: &str = include_str!("../../../docs/catalogue.md");

#[tokio::test(flavor = "multi_thread")]
async fn the_document_and_the_routes_are_the_same() {
    let world = World::start().await;
    let root = format!("http://{}", world.running.addr);
    let document = world.http.get(format!("{root}/openapi.json")).send().await.unwrap();
    assert_eq!(document.headers()["content-type"], "application/json");
    let document: Value = document.json().await.unwrap();
    assert_eq!(document["openapi"], "3.1.0");

    let paths = document["paths"].as_object().unwrap();
    for (path, methods) in paths {
        let url = format!("{root}{}", path.replace("{app}", world.app.as_str()));
        let method = if methods["put"].is_object() { "PUT" } else { "GET" };
        let method: reqwest::Method = method.parse().unwrap();
        let request = world.http.request(method, url.replace(['{', '}'], ""));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
    }
    let rows = CATALOGUE.lines().filter(|row| row.contains("`query-service/src/routes/"));
    let requests: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    assert_eq!(requests.len(), paths.len());
    for request in requests {
        let (method, path) = request.split_once(' ').unwrap();
        let path = path.split('?').next().unwrap();
        let method = method.to_lowercase();
        assert!(paths[path][method].is_object(), "{request} is not documented");
    }
    world.stop().await;
}
