//! The routes about apps: who may, and what they refuse. What they lead to is in `tests/it/apps.rs`.

use domain::actor::Role;
use domain::registry::registry_id;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use service_kit::auth::{Claims, sign};

use crate::http_stage::{Reply, Service, claims, key, new_key, token};

const PUBLIC_KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn operator(role: Role) -> String {
    sign(&key(), &Claims { app: registry_id(), ..claims(role, "op") }).unwrap()
}

fn request(service: &Service, method: Method, path: &str, token: &str) -> RequestBuilder {
    let request = service.anywhere(method, path).bearer_auth(token);
    request.header("idempotency-key", new_key())
}

fn cafe(key: &Value) -> Value {
    json!({"app_id": "cafe", "name": "Café", "keys": [key]})
}

#[tokio::test]
async fn only_an_operator_changes_apps_and_changes_nothing_else() {
    let service = Service::start().await;
    let body = cafe(&json!({"alg": "EdDSA", "kid": "k1", "public_key": PUBLIC_KEY}));
    let post = |token: &str| request(&service, Method::POST, "/v1/apps", token).json(&body);
    let of_app = token(Role::Admin, "boss");
    Reply::to(post(&of_app)).await.expect_problem(403, "token_other_app");
    Reply::to(post(&operator(Role::Host))).await.expect_problem(403, "not_allowed");
    let operator = operator(Role::Admin);
    let without_key = service.anywhere(Method::POST, "/v1/apps").bearer_auth(&operator);
    let refused = Reply::to(without_key.json(&body)).await;
    refused.expect_problem(400, "idempotency_key_missing");

    let gift = json!({"name": "Rose", "unit_price": 1});
    for (app, status, code) in [("shop", 403, "token_other_app"), ("matinee", 404, "app_not_found")]
    {
        let path = format!("/v1/apps/{app}/gifts/rose");
        let put = request(&service, Method::PUT, &path, &operator).json(&gift);
        Reply::to(put).await.expect_problem(status, code);
    }
}

#[tokio::test]
async fn keys_and_queries_are_read_strictly() {
    let service = Service::start().await;
    let operator = operator(Role::Admin);
    let post = |body: Value| request(&service, Method::POST, "/v1/apps", &operator).json(&body);
    let shared = cafe(&json!({"alg": "HS256", "kid": "k1"}));
    Reply::to(post(shared)).await.expect_problem(409, "no_installation_secret");
    for key in [
        json!({"alg": "none", "kid": "k1"}),
        json!({"alg": "EdDSA", "kid": "k1"}),
        json!({"alg": "EdDSA", "kid": "k1", "public_key": "short"}),
        json!({"alg": "EdDSA", "kid": "k 1", "public_key": PUBLIC_KEY}),
    ] {
        Reply::to(post(cafe(&key))).await.expect_problem(422, "invalid_body");
    }
    for query in ["", "?nam=x", "?name=x&name=x"] {
        let delete = request(&service, Method::DELETE, &format!("/v1/apps/cafe{query}"), &operator);
        Reply::to(delete).await.expect_problem(400, "invalid_query");
    }
    let status = json!({"status": "disabled"});
    for app in ["cafe", "shop", "matinee"] {
        let path = format!("/v1/apps/{app}/status");
        let put = request(&service, Method::PUT, &path, &operator).json(&status);
        Reply::to(put).await.expect_problem(404, "app_not_found");
    }
}
