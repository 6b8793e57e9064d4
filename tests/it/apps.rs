//! Apps from outside: created, used, closed and deleted while everything runs, also when it is killed
//! in the middle.

use std::time::Duration;

use domain::actor::Role;
use harness::http::Caller;
use harness::{Cluster, eventually};
use matinee::replay::Tokens;
use migrations::model::MODELS;
use nats::Nats;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::clock;
use service_kit::config::Secret;

const LIMIT: Duration = Duration::from_secs(30);

fn created(app_id: &str) -> Value {
    let keys = [json!({"alg": "HS256", "kid": "k1"})];
    json!({"app_id": app_id, "name": "Café", "keys": keys})
}

/// A token, signed as the app's own server would with the secret that the operator was told.
fn token(app: &str, key: &Value, user: &str, role: Role) -> String {
    let key = AuthKeyConfig {
        kid: key["kid"].as_str().unwrap().to_owned(),
        alg: KeyAlgorithm::HS256,
        secret: Some(Secret::new(key["secret"].as_str().unwrap().to_owned())),
        public_key: None,
        private_key: None,
    };
    let tokens = Tokens::new(app.parse().unwrap(), key, 600);
    tokens.sign(&user.parse().unwrap(), role).unwrap()
}

#[track_caller]
fn expect(answer: (StatusCode, Value), status: u16) -> Value {
    assert_eq!(answer.0, status, "{}", answer.1);
    answer.1
}

#[track_caller]
fn expect_problem(answer: (StatusCode, Value), status: u16, code: &str) {
    let problem = expect(answer, status);
    assert_eq!(problem["type"], format!("/problems/{code}"));
}

/// An app with a room that is live and has a message. Gives back its host.
async fn open_app(cluster: &Cluster, app: &str, key: &Value) -> Caller {
    let host = cluster.caller_of(app, &token(app, key, "host", Role::Host));
    expect(host.command(Method::PUT, "/users/host", &json!({"nick": "Host"})).await, 201);
    let room = json!({"name": "Tea", "owner": "host"});
    expect(host.command(Method::PUT, "/rooms/tea", &room).await, 201);
    let live = json!({"status": "live"});
    expect(host.command(Method::PUT, "/rooms/tea/status", &live).await, 201);
    let sent = host.command(Method::POST, "/rooms/tea/messages", &json!({"text": "hi"})).await;
    let path = format!("/rooms/tea?min_seq={}", expect(sent, 201)["log_seq"]);
    let view = eventually("the room is shown", LIMIT, async || {
        let (status, view) = host.query(&path).await;
        status.is_success().then_some(view)
    })
    .await;
    assert_eq!(view["totals"]["messages"], 1, "{view}");
    host
}

/// What is left of an app in NATS and Postgres.
async fn remains(cluster: &Cluster, app: &str) -> Vec<String> {
    let target = cluster.target();
    let nats = Nats::connect(&target.nats).await.unwrap();
    let stored = nats.stored_apps().await.unwrap();
    let mut found = Vec::new();
    if stored.contains(&app.parse().unwrap()) {
        found.push("log or snapshots".to_owned());
    }
    let postgres = migrations::connection::connect(&target.postgres).await.unwrap();
    // Every table that has a column for it, whoever writes it.
    let tables = "SELECT table_name::text FROM information_schema.columns
        WHERE table_schema = 'matinee' AND column_name = 'app'";
    let tables = postgres.query(tables, &[]).await.unwrap();
    assert!(MODELS.len() < tables.len(), "the checkpoint is one of them");
    for table in tables.iter().map(|row| row.get::<_, &str>(0)) {
        let count = format!("SELECT count(*) FROM matinee.{table} WHERE app = $1");
        let rows: i64 = postgres.query_one(&count, &[&app]).await.unwrap().get(0);
        if rows != 0 {
            found.push(format!("{rows} rows in {table}"));
        }
    }
    found
}

async fn until_projected(cluster: &Cluster, app: &str) {
    eventually("its rows are there", LIMIT, async || {
        let found = remains(cluster, app).await;
        found.iter().any(|what| what.contains("room_feed")).then_some(())
    })
    .await;
}

async fn until_nothing_remains(cluster: &Cluster, app: &str) {
    eventually("nothing remains", LIMIT, async || {
        remains(cluster, app).await.is_empty().then_some(())
    })
    .await;
}

async fn until_closed(caller: &Caller, status: u16, code: &str) {
    let (kind, closed) =
        (format!("/problems/{code}"), |answer: &Value, kind: &str| answer["type"] == kind);
    eventually("both services refuse it", LIMIT, async || {
        let (_, query) = caller.query("/rooms/tea").await;
        let (_, command) =
            caller.command(Method::POST, "/rooms/tea/messages", &json!({"text": "no"})).await;
        let both = closed(&query, &kind) && closed(&command, &kind);
        both.then(|| assert_eq!(command["status"], status))
    })
    .await;
}

/// Disabled and enabled, expired and given more time.
async fn close_and_open(operator: &Caller, client: &Caller) {
    // Disabled: refused, open streams end; enabled: as before.
    let mut stream = client.stream("/rooms/tea/stream").await;
    let disabled = json!({"status": "disabled"});
    expect(operator.command(Method::PUT, "/cafe/status", &disabled).await, 201);
    let mut text = String::new();
    while let Some(chunk) = stream.chunk().await.unwrap() {
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(text.contains(r#""type":"bye","reason":"app_closed""#), "{text}");
    until_closed(client, 403, "app_disabled").await;
    let active = json!({"status": "active"});
    expect(operator.command(Method::PUT, "/cafe/status", &active).await, 201);
    let served = || async {
        eventually("it is served again", LIMIT, async || {
            (client.query("/rooms/tea").await.0 == 200).then_some(())
        })
        .await;
    };
    served().await;

    // Expired, and given more time.
    let soon = json!({"expires_at": clock::now().0 + 1_000});
    expect(operator.command(Method::PUT, "/cafe/expiry", &soon).await, 201);
    until_closed(client, 403, "app_expired").await;
    let (_, shown) = operator.query("/cafe").await;
    assert_eq!((&shown["name"], &shown["status"]), (&json!("Café"), &json!("active")), "{shown}");
    expect(operator.command(Method::PUT, "/cafe/expiry", &json!({})).await, 201);
    served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_created_used_closed_and_deleted_without_a_trace() {
    let cluster = Cluster::start().await;
    let operator = cluster.operator();
    let id = clock::new_command_id();
    let made = expect(operator.command_again(Method::POST, "", &created("cafe"), id).await, 201);
    let again = expect(operator.command_again(Method::POST, "", &created("cafe"), id).await, 201);
    assert_eq!(made, again, "the same command has the same answer");
    for taken in ["cafe", "demo", "matinee"] {
        let answer = operator.command(Method::POST, "", &created(taken)).await;
        expect_problem(answer, 409, "app_id_taken");
    }
    let no_operator = cluster.caller("admin", Role::Admin);
    let answer = no_operator.command(Method::PUT, "/status", &json!({"status": "disabled"})).await;
    expect_problem(answer, 403, "token_other_app");

    let first = &made["keys"][0];
    let host = open_app(&cluster, "cafe", first).await;
    until_projected(&cluster, "cafe").await;

    // Another key beside the first, then alone.
    let (old, new) = (json!({"alg": "HS256", "kid": "k1"}), json!({"alg": "HS256", "kid": "k2"}));
    let both = json!({"keys": [old, new.clone()]});
    let answer = expect(operator.command(Method::PUT, "/cafe/keys", &both).await, 201);
    assert_eq!(answer["keys"].as_array().unwrap().len(), 1, "{answer}");
    let second = token("cafe", &answer["keys"][0], "host", Role::Host);
    let with_second = cluster.caller_of("cafe", &second);
    for caller in [&host, &with_second] {
        eventually("both keys are good", LIMIT, async || {
            (caller.query("/rooms/tea").await.0 == 200).then_some(())
        })
        .await;
    }
    let alone = json!({"keys": [new]});
    expect(operator.command(Method::PUT, "/cafe/keys", &alone).await, 201);
    until_closed(&host, 401, "token_unknown_key").await;

    close_and_open(&operator, &with_second).await;

    let wrong = operator.command(Method::DELETE, "/cafe?name=Cafe", &json!({})).await;
    expect_problem(wrong, 409, "app_name_mismatch");
    let deleted = operator.command(Method::DELETE, "/cafe?name=Caf%C3%A9", &json!({})).await;
    let log_seq = expect(deleted, 201)["log_seq"].clone();
    until_nothing_remains(&cluster, "cafe").await;
    until_closed(&with_second, 410, "app_deleted").await;
    expect_problem(operator.query("/cafe").await, 410, "app_deleted");
    let list = expect(operator.query(&format!("?min_seq={log_seq}")).await, 200);
    assert_eq!(list["apps"], json!([]));
    let answer = operator.command(Method::POST, "", &created("cafe")).await;
    expect_problem(answer, 409, "app_id_taken");
    let audit = cluster.command(&["audit"]).output().unwrap();
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stderr));
    let leader = Nats::connect(&cluster.target().nats).await.unwrap();
    let free = leader.acquire_lease(&"cafe".parse().unwrap(), "test").await.unwrap();
    assert!(free.is_some(), "nobody holds the lease of an app that is gone");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_has_as_many_apps_as_it_may_and_keeps_them_over_a_restart() {
    let mut cluster = Cluster::start_with("command.limits.apps_max = 2\n").await;
    let operator = cluster.operator();
    let one = expect(operator.command(Method::POST, "", &created("one")).await, 201);
    expect(operator.command(Method::POST, "", &created("two")).await, 201);
    let answer = operator.command(Method::POST, "", &created("three")).await;
    expect_problem(answer, 409, "too_many_apps");

    cluster.kill9();
    cluster.restart().await;

    open_app(&cluster, "one", &one["keys"][0]).await;
    until_projected(&cluster, "one").await;
    let audit = cluster.command(&["audit", "room_feed"]).output().unwrap();
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stderr));
    let deleted = operator.command(Method::DELETE, "/two?name=Caf%C3%A9", &json!({})).await;
    expect(deleted, 201);
    expect(operator.command(Method::POST, "", &created("three")).await, 201);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_killed_in_the_middle_of_a_deletion_finishes_it_at_the_next_start() {
    let mut cluster = Cluster::start().await;
    let mut in_the_middle = 0;
    for round in 0..3 {
        let app = format!("cafe-{round}");
        let operator = cluster.operator();
        let made = expect(operator.command(Method::POST, "", &created(&app)).await, 201);
        open_app(&cluster, &app, &made["keys"][0]).await;
        until_projected(&cluster, &app).await;
        let path = format!("/{app}?name=Caf%C3%A9");
        let target = cluster.target();
        expect(operator.command(Method::DELETE, &path, &json!({})).await, 201);
        cluster.kill9();

        // NATS outlives it and tells how far it had come.
        let nats = Nats::connect(&target.nats).await.unwrap();
        let left = nats.stored_apps().await.unwrap().contains(&app.parse().unwrap());
        in_the_middle += u32::from(left);
        drop(nats);
        cluster.restart().await;
        until_nothing_remains(&cluster, &app).await;
    }
    assert!(0 < in_the_middle, "it was never killed in the middle");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_outlives_the_death_of_nats_and_of_postgres() {
    let cluster = Cluster::start().await;
    let operator = cluster.operator();
    for server in ["nats-server", "postgres"] {
        let app = format!("cafe-{}", &server[..4]);
        let made = expect(operator.command(Method::POST, "", &created(&app)).await, 201);
        open_app(&cluster, &app, &made["keys"][0]).await;
        until_projected(&cluster, &app).await;
        let path = format!("/{app}?name=Caf%C3%A9");
        expect(operator.command(Method::DELETE, &path, &json!({})).await, 201);
        cluster.kill9_server(server);
        eventually("both servers are there again", LIMIT, async || {
            let target = cluster.target();
            Nats::connect(&target.nats).await.ok()?;
            migrations::connection::connect(&target.postgres).await.ok()
        })
        .await;
        until_nothing_remains(&cluster, &app).await;
    }
    cluster.stop().await;
}
