//! Who asks, as a route learns it.

use domain::actor::Role;
use serde::Deserialize;
use service_kit::apps::{AppConfig, Apps};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::usersig::{self, UserSigConfig};
use service_kit::auth::{Auth, AuthConfig, Claims, Identity, sign};
use service_kit::clock;
use service_kit::config::Secret;
use service_kit::http::{self, HttpConfig, json_body, room_path};
use warp::Filter;

use crate::server::{Server, code};

const PATH: &str = "/v1/apps/shop/rooms/r1";
/// Of an app whose users bring `UserSig`s.
const IM_PATH: &str = "/v1/apps/im/rooms/r1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {}

#[tokio::test]
async fn a_token_is_taken_from_the_header_the_cookie_and_the_subprotocol() {
    let server = start();
    let token = token("shop", 60);
    let cases = [
        ("GET", vec![("authorization", format!("Bearer {token}"))], 200, ""),
        ("GET", vec![("authorization", format!("bearer {token}"))], 200, ""),
        ("GET", vec![("cookie", format!("a=b; matinee_token={token}"))], 200, ""),
        ("GET", websocket(&format!("matinee.v1, bearer.{token}")), 200, ""),
        ("GET", vec![], 401, "token_missing"),
        ("GET", websocket("matinee.v1"), 401, "token_missing"),
        ("GET", vec![("authorization", format!("Basic {token}"))], 401, "token_malformed"),
        ("GET", vec![("authorization", token.clone())], 401, "token_malformed"),
        // A cookie comes along with a form of anybody's page.
        ("POST", vec![("cookie", format!("matinee_token={token}"))], 401, "token_missing"),
        ("POST", vec![("authorization", format!("Bearer {token}"))], 200, ""),
    ];
    for (method, headers, status, problem) in cases {
        let method = method.parse().unwrap();
        let mut request = reqwest::Client::new().request(method, server.url(PATH)).body("{}");
        for (name, value) in &headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.unwrap();

        assert_eq!(response.status().as_u16(), status, "{problem} {headers:?}");
        if status == 401 {
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            assert_eq!(code(&response.text().await.unwrap()), problem);
        }
    }
}

#[tokio::test]
async fn a_token_in_the_query_is_none() {
    let server = start();
    let url = server.url(&format!("{PATH}?token={0}&access_token={0}", token("shop", 60)));
    assert_eq!(reqwest::get(url).await.unwrap().status().as_u16(), 401);
}

#[tokio::test]
async fn refusals_have_their_own_status() {
    let server = start();
    let cases = [
        (PATH, token("shop", -60), 401, "token_expired"),
        (PATH, token("cafe", 60), 403, "token_other_app"),
        (PATH, "x.y.z".to_owned(), 401, "token_malformed"),
        ("/v1/apps/kiosk/rooms/r1", token("shop", 60), 404, "app_not_found"),
        ("/v1/apps/SHOP/rooms/r1", token("shop", 60), 400, "invalid_id"),
        // The path is judged first: strangers get a 404, not a 401.
        ("/v1/apps/shop/rooms/r1/unknown", token("shop", -60), 404, "not_found"),
    ];
    for (path, token, status, problem) in cases {
        let request = reqwest::Client::new().get(server.url(path)).bearer_auth(token);
        let response = request.send().await.unwrap();

        assert_eq!(response.status().as_u16(), status, "{path}");
        assert_eq!(code(&response.text().await.unwrap()), problem);
    }
}

#[tokio::test]
async fn a_stranger_is_refused_before_the_body_is_read() {
    let server = start();
    let request = reqwest::Client::new().post(server.url(PATH)).body("not json");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 401);
}

#[tokio::test]
async fn a_token_is_refused_where_the_client_takes_itself_for_somebody_else() {
    let server = start();
    let usersig = UserSigConfig::of(1_400_000_000);
    let key = AuthKeyConfig { alg: KeyAlgorithm::UserSig, ..key() };
    let now_s = clock::now().0 / 1_000;
    let signed = |user: &str| usersig::sign(&key, usersig.sdk_app_id, user, now_s, 60).unwrap();
    let other_app = usersig::sign(&key, 1, "ann", now_s, 60).unwrap();
    let cases = [
        (PATH, token("shop", 60), "ann", 200, "", None),
        (PATH, token("shop", 60), "bob", 403, "token_other_user", None),
        (IM_PATH, signed("ann"), "ann", 200, "", None),
        (IM_PATH, signed("ann"), "bob", 403, "token_other_user", Some(70_013)),
        (IM_PATH, signed("主播"), "%E4%B8%BB%E6%92%AD", 200, "", None),
        (IM_PATH, signed("ann"), "%FF", 403, "token_other_user", Some(70_013)),
        (IM_PATH, other_app, "ann", 403, "token_other_app", Some(70_014)),
        (PATH, signed("eve"), "eve", 401, "token_malformed", Some(70_003)),
    ];
    for (path, token, identifier, status, problem, tencent_code) in cases {
        let request = reqwest::Client::new().get(server.url(path)).bearer_auth(token);
        let request = request.header("matinee-identifier", identifier);
        let response = request.send().await.unwrap();

        assert_eq!(response.status().as_u16(), status, "{identifier}");
        let text = response.text().await.unwrap();
        if status != 200 {
            let document: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(document["type"], format!("/problems/{problem}"));
            assert_eq!(document["tencent_code"].as_u64(), tencent_code, "{document}");
        }
    }
}

fn start() -> Server {
    let keys = vec![key()];
    let apps = ["shop", "cafe"].map(|id| AppConfig::new(id.parse().unwrap(), keys.clone()));
    let usersig_key = AuthKeyConfig { alg: KeyAlgorithm::UserSig, ..key() };
    let im = AppConfig {
        usersig: Some(UserSigConfig::of(1_400_000_000)),
        ..AppConfig::new("im".parse().unwrap(), vec![usersig_key])
    };
    let apps: Vec<AppConfig> = apps.into_iter().chain([im]).collect();
    let auth = Auth::new(Apps::try_new(&apps).unwrap(), AuthConfig::default());
    let who = |_, _, identity: Identity| identity.user.to_string();
    let read = room_path().and(warp::path::end()).and(http::get()).and(auth.identity()).map(who);
    let write = room_path()
        .and(warp::path::end())
        .and(http::post())
        .and(auth.identity())
        .and(json_body::<Body>(100))
        .map(move |app, room_id, identity, _: Body| who(app, room_id, identity));
    Server::start(&HttpConfig::default(), read.or(write).unify())
}

fn websocket(protocols: &str) -> Vec<(&'static str, String)> {
    vec![
        ("connection", "upgrade".to_owned()),
        ("upgrade", "websocket".to_owned()),
        ("sec-websocket-protocol", protocols.to_owned()),
    ]
}

fn key() -> AuthKeyConfig {
    AuthKeyConfig {
        kid: "k1".to_owned(),
        alg: KeyAlgorithm::HS256,
        secret: Some(Secret::new("a-secret-for-tests-of-32-bytes--".to_owned())),
        public_key: None,
        private_key: None,
    }
}

fn token(app: &str, lifetime_s: i64) -> String {
    let claims = Claims {
        sub: "ann".parse().unwrap(),
        app: app.parse().unwrap(),
        role: Role::Viewer,
        nick: None,
        avatar: None,
        rooms: None,
        iat: None,
        nbf: None,
        exp: clock::now().0 / 1_000 + lifetime_s,
    };
    sign(&key(), &claims).unwrap()
}
