//! Pages of other origins.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;
use service_kit::http::{self, HttpConfig};
use service_kit::problem::Problem;
use warp::Filter;
use warp::http::StatusCode;

use crate::server::Server;

const SHOP: &str = "https://shop.example";

fn start(origins: &[&str]) -> Server {
    let route = warp::path("no").and(http::post()).then(|| async {
        let problem = Problem::new(StatusCode::CONFLICT, "no", "No");
        Err::<String, Problem>(problem)
    });
    let config = serde_json::from_value(json!({ "cors_origins": origins })).unwrap();
    Server::start(&config, route)
}

fn ask(server: &Server, method: Method, path: &str, origin: &str) -> RequestBuilder {
    reqwest::Client::new().request(method, server.url(path)).header("origin", origin)
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_page_that_is_allowed_may_ask_and_read_refusals() {
    let server = start(&[SHOP, "http://localhost:3000"]);
    for origin in [SHOP, "http://localhost:3000"] {
        let asks = ask(&server, Method::OPTIONS, "/no", origin);
        let asks = asks.header("access-control-request-method", "POST");
        let may = asks.send().await.unwrap();
        assert_eq!(may.status(), 204);
        assert_eq!(header(&may, "access-control-allow-origin"), Some(origin));
        assert_eq!(header(&may, "access-control-allow-credentials"), Some("true"));
        let methods = header(&may, "access-control-allow-methods").unwrap();
        assert!(["GET", "POST", "PUT", "DELETE"].iter().all(|method| methods.contains(method)));
        let headers = header(&may, "access-control-allow-headers").unwrap();
        for name in ["authorization", "idempotency-key", "last-event-id", "content-type"] {
            assert!(headers.contains(name), "{name}");
        }

        for (path, status) in [("/no", 409), ("/nowhere", 404)] {
            let refused = ask(&server, Method::POST, path, origin).send().await.unwrap();
            assert_eq!(refused.status(), status);
            assert_eq!(header(&refused, "access-control-allow-origin"), Some(origin));
            assert_eq!(header(&refused, "access-control-expose-headers"), Some("retry-after"));
            assert_eq!(header(&refused, "vary"), Some("origin"));
        }
    }
}

#[tokio::test]
async fn a_page_that_is_not_allowed_is_not_told_so_by_cors() {
    for (origins, vary) in [(&[SHOP][..], Some("origin")), (&[][..], None)] {
        let server = start(origins);
        for origin in ["https://shop.example:444", "http://shop.example", "null"] {
            let asks = ask(&server, Method::OPTIONS, "/no", origin);
            let asks = asks.header("access-control-request-method", "POST");
            let may_not = asks.send().await.unwrap();
            assert_eq!(may_not.status(), 405);
            assert_eq!(header(&may_not, "access-control-allow-origin"), None);
            assert_eq!(header(&may_not, "vary"), vary);
        }
    }
    // Without the question which method, OPTIONS is a method like any other.
    let server = start(&[SHOP]);
    let options = ask(&server, Method::OPTIONS, "/no", SHOP).send().await.unwrap();
    assert_eq!(options.status(), 405);
}

#[tokio::test]
async fn any_page_may_ask_without_cookies() {
    let server = start(&["*", SHOP]);
    let any = ask(&server, Method::POST, "/no", "https://any.example").send().await.unwrap();
    assert_eq!(header(&any, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&any, "access-control-allow-credentials"), None);
    let shop = ask(&server, Method::POST, "/no", SHOP).send().await.unwrap();
    assert_eq!(header(&shop, "access-control-allow-origin"), Some(SHOP));
    assert_eq!(header(&shop, "access-control-allow-credentials"), Some("true"));
}

#[test]
fn what_is_no_origin_is_an_error_of_the_configuration() {
    let wrong = json!({ "cors_origins": ["https://shop.example/"] });
    let error = serde_json::from_value::<HttpConfig>(wrong).unwrap_err().to_string();
    assert!(error.contains("`https://shop.example/` is no origin"), "{error}");
}
