//! Users who bring Tencent's `UserSig`: over HTTP, SSE and WebSocket, in an app of the registry whose
//! operator was told two keys.

use std::time::Duration;

use domain::actor::Role;
use futures_util::{SinkExt, StreamExt};
use harness::http::Caller;
use harness::{Cluster, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::usersig::sign;
use service_kit::clock;
use service_kit::config::Secret;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const LIMIT: Duration = Duration::from_secs(30);
const SDK_APP_ID: u32 = 1_400_000_000;

/// As the app's own server makes it with Tencent's library and the secret that the operator was told.
fn usersig(key: &Value, user: &str, expire_s: i64) -> String {
    let key = AuthKeyConfig {
        kid: key["kid"].as_str().unwrap().to_owned(),
        alg: KeyAlgorithm::UserSig,
        secret: Some(Secret::new(key["secret"].as_str().unwrap().to_owned())),
        public_key: None,
        private_key: None,
    };
    sign(&key, SDK_APP_ID, user, clock::now().0 / 1_000, expire_s).unwrap()
}

async fn refused(caller: &Caller, status: u16, code: &str, tencent_code: u32) {
    let (found, problem) = caller.query("/rooms/tea").await;
    assert_eq!((found.as_u16(), &problem["tencent_code"]), (status, &json!(tencent_code)));
    assert_eq!(problem["type"], format!("/problems/{code}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn users_with_a_usersig_do_what_their_app_says() {
    let cluster = Cluster::start().await;
    let operator = cluster.operator();
    let keys = ["im-1", "im-2"].map(|kid| json!({"alg": "UserSig", "kid": kid}));
    let app = json!({"app_id": "cafe", "name": "Café", "sdk_app_id": SDK_APP_ID, "keys": keys});
    let (status, made) = operator.command(Method::POST, "", &app).await;
    assert_eq!(status, 201, "{made}");
    let [primary, backup] = [&made["keys"][0], &made["keys"][1]];

    // The administrator makes a room; members, with either key, come and talk.
    let admin = cluster.caller_of("cafe", &usersig(primary, "administrator", 600));
    let done = |answer: (reqwest::StatusCode, Value)| assert_eq!(answer.0, 201, "{}", answer.1);
    done(admin.command(Method::PUT, "/users/host", &json!({"nick": "Host"})).await);
    done(admin.command(Method::PUT, "/rooms/tea", &json!({"name": "Tea", "owner": "host"})).await);
    let live = json!({"status": "live"});
    done(admin.command(Method::PUT, "/rooms/tea/status", &live).await);
    let ann_token = usersig(primary, "ann", 600);
    let ann = cluster.caller_of("cafe", &ann_token);
    let bob = cluster.caller_of("cafe", &usersig(backup, "主播-01", 600));
    let viewer = ann.watch("tea").await;
    let text = json!({"text": "hello"});
    done(bob.command(Method::POST, "/rooms/tea/messages", &text).await);
    let message = viewer.until_type("message_sent").await;
    assert_eq!(message["user_id"], "主播-01", "{message}");
    let (status, problem) = ann.command(Method::PUT, "/rooms/tea/status", &live).await;
    assert_eq!((status.as_u16(), &problem["type"]), (403, &json!("/problems/not_allowed")));

    // Over a WebSocket, where only the subprotocol can carry it, and in a command sent there.
    let url = format!("{}/v1/apps/cafe/rooms/tea/ws", cluster.target().query_url);
    let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
    let protocols = format!("matinee.v1, bearer.{ann_token}");
    request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let command = json!({"type": "send_message", "text": "from ann"});
    let frame = json!({"id": clock::new_command_id(), "command": command});
    socket.send(Message::text(frame.to_string())).await.unwrap();
    let refresh = json!({"type": "refresh", "id": "r", "token": usersig(backup, "ann", 900)});
    socket.send(Message::text(refresh.to_string())).await.unwrap();
    let mut answers = Vec::new();
    while answers.len() < 2 {
        let next = tokio::time::timeout(LIMIT, socket.next()).await.unwrap().unwrap().unwrap();
        let frame: Value = serde_json::from_str(next.to_text().unwrap()).unwrap_or_default();
        if frame["status"].is_u64() {
            assert!(frame["status"].as_u64() < Some(300), "{frame}");
            answers.push(frame);
        }
    }

    // Refusals have Tencent's numbers too.
    refused(
        &cluster.caller_of("cafe", &usersig(primary, "ann", -100)),
        401,
        "token_expired",
        70_001,
    )
    .await;
    refused(&cluster.caller_of("cafe", &ann_token[..100]), 401, "token_malformed", 70_003).await;
    let other = json!({"kid": "k", "secret": "a secret that nobody here has seen"});
    let with_other = cluster.caller_of("cafe", &usersig(&other, "ann", 600));
    refused(&with_other, 401, "token_bad_signature", 70_009).await;

    // The backup becomes the only key.
    let alone = json!({"keys": [{"alg": "UserSig", "kid": "im-2"}]});
    done(operator.command(Method::PUT, "/cafe/keys", &alone).await);
    eventually("the old key is no longer good", LIMIT, async || {
        (ann.query("/rooms/tea").await.0 == 401).then_some(())
    })
    .await;
    assert_eq!(bob.query("/rooms/tea").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_makes_usersigs_of_configured_apps() {
    let settings = r#"
        [[apps]]
        id = "cafe"
        [apps.usersig]
        sdk_app_id = 1400000000
        admins = ["root"]
        role = "host"
        [[apps.keys]]
        kid = "jwt"
        alg = "HS256"
        secret = "a secret of the tests, 32 bytes long"
        [[apps.keys]]
        kid = "im"
        alg = "UserSig"
        secret = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
    "#;
    let cluster = Cluster::start_with(settings).await;
    let caller = |user: &str| {
        let output = cluster.command(&["token", "--usersig", "--user", user]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        cluster.caller_of("cafe", String::from_utf8_lossy(&output.stdout).trim())
    };
    // Everybody is a host, who makes rooms of their own and runs no others.
    let (hanna, admin) = (caller("hanna"), caller("root"));
    let done = |answer: (reqwest::StatusCode, Value)| assert_eq!(answer.0, 201, "{}", answer.1);
    done(hanna.command(Method::PUT, "/users/hanna", &json!({"nick": "Hanna"})).await);
    let room = json!({"name": "Tea", "owner": "hanna"});
    done(hanna.command(Method::PUT, "/rooms/tea", &room).await);
    let live = json!({"status": "live"});
    let other = caller("other");
    assert_eq!(other.command(Method::PUT, "/rooms/tea/status", &live).await.0, 403);
    done(admin.command(Method::PUT, "/rooms/tea/status", &live).await);
    // Tokens of the other kind are as good as ever.
    let jwt = cluster.caller("vera", Role::Viewer);
    done(jwt.command(Method::POST, "/rooms/tea/messages", &json!({"text": "hi"})).await);
}
