//! Merchants' servers that are asked before a command is decided.

use std::time::{Duration, Instant};

use command_service::config::CommandConfig;
use command_service::gateway::before::config::{Asked, BeforeCallback, OnFailure};
use domain::actor::Role;
use domain::event::EventData;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::webhook::testing::{Receiver, Told};
use service_kit::webhook::{Form, TargetConfig};

use crate::http_stage::{Reply, Service, new_key};
use crate::stage::{app, room_events};

const MESSAGES: &str = "/rooms/room/messages";
const GIFTS: &str = "/rooms/room/gifts";

fn callback(receiver: &Receiver) -> BeforeCallback {
    BeforeCallback {
        app: app(),
        commands: [Asked::SendMessage, Asked::SendCustomMessage, Asked::SendGift].into(),
        target: receiver.target(),
        timeout_ms: 2_000,
        requests_max: 8,
        on_failure: OnFailure::Allow,
        exempt_admins: true,
    }
}

async fn service(callback: BeforeCallback) -> Service {
    service_with(callback, |_| {}).await
}

async fn service_with(
    callback: BeforeCallback,
    change: impl FnOnce(&mut CommandConfig),
) -> Service {
    let service = Service::start_configured(|config| {
        config.before.callbacks = vec![callback];
        change(config);
    });
    service.await.and_a_room().await
}

/// Answers everything so.
fn answer(receiver: &Receiver, verdict: Value) {
    receiver.answer(move |_| Told::json(&verdict));
}

async fn say(service: &Service, text: &str) -> Reply {
    service.post(Role::Viewer, "ann", MESSAGES, json!({"text": text})).await
}

/// The texts that stand in the log, those that only their sender sees in brackets.
async fn texts(service: &Service) -> Vec<String> {
    let events = room_events(&service.nats).await;
    let texts = events.into_iter().filter_map(|event| match event.data {
        EventData::MessageSent(sent) => Some(sent.text.to_string()),
        EventData::MessageSilenced(silenced) => Some(format!("({})", silenced.text)),
        EventData::CustomMessageSent(sent) => Some(format!("{} {}", sent.data, sent.extension)),
        _ => None,
    });
    texts.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_verdict_does_what_it_says() {
    let receiver = Receiver::start();
    let service = service(callback(&receiver)).await;

    say(&service, "no body").await.expect(201);
    answer(&receiver, json!({"verdict": "allow"}));
    say(&service, "allowed").await.expect(201);
    answer(&receiver, json!({"verdict": "refuse", "code": 10_123, "reason": "not here"}));
    let problem = say(&service, "refused").await.expect_problem(403, "declined_by_merchant");
    assert_eq!((&problem["code"], &problem["reason"]), (&10_123.into(), &"not here".into()));
    answer(&receiver, json!({"verdict": "silent"}));
    say(&service, "silent").await.expect(201);
    answer(&receiver, json!({"verdict": "replace", "text": "replaced"}));
    say(&service, "as it was").await.expect(201);
    answer(&receiver, json!({"verdict": "replace", "extension": "new"}));
    let custom = json!({"data": "vote", "extension": "old"});
    service.post(Role::Viewer, "ann", "/rooms/room/custom-messages", custom).await.expect(201);

    assert_eq!(texts(&service).await, ["no body", "allowed", "(silent)", "replaced", "vote new"]);
    let asked = receiver.received();
    let first = asked[0].json();
    assert_eq!(asked[0].verified_id(), format!("before_shop_{}", first["id"].as_str().unwrap()));
    assert_eq!((&first["type"], &first["app"]), (&"before_command".into(), &"shop".into()));
    assert_eq!((&first["room_id"], &first["actor"]["user"]), (&"room".into(), &"ann".into()));
    assert_eq!(first["command"]["type"], "send_message");
    assert_eq!(first["command"]["text"], "no body");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_is_refused_by_whoever_keeps_the_coins() {
    let receiver = Receiver::start();
    let service = service(callback(&receiver)).await;
    let roses = json!({"gift_id": "rose", "count": 3});
    answer(&receiver, json!({"verdict": "refuse", "code": 9_003, "reason": "not enough coins"}));
    let send = async || service.post(Role::Viewer, "ann", GIFTS, roses.clone()).await;
    let problem = send().await.expect_problem(403, "declined_by_merchant");
    assert_eq!((&problem["code"], &problem["reason"]), (&9_003.into(), &"not enough coins".into()));
    answer(&receiver, json!({"verdict": "silent"}));
    send().await.expect_problem(403, "declined_by_merchant");
    answer(&receiver, json!({"verdict": "allow"}));
    send().await.expect(201);

    // A rule that says no is heard before the merchant.
    answer(&receiver, json!({"verdict": "refuse"}));
    let lily = json!({"gift_id": "lily", "count": 1});
    service.post(Role::Viewer, "ann", GIFTS, lily).await.expect_problem(404, "gift_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_gets_the_same_answer_and_is_not_asked_about_again() {
    let receiver = Receiver::start();
    let service = service(callback(&receiver)).await;
    answer(&receiver, json!({"verdict": "refuse", "reason": "no"}));
    let key = new_key();
    let send = async |text: &str| {
        let token = crate::http_stage::token(Role::Viewer, "ann");
        let request = service.bare(Method::POST, MESSAGES).bearer_auth(token);
        Reply::to(request.header("idempotency-key", &key).json(&json!({"text": text}))).await
    };
    send("hi").await.expect_problem(403, "declined_by_merchant");
    answer(&receiver, json!({"verdict": "allow"}));
    send("hi").await.expect_problem(403, "declined_by_merchant");
    assert_eq!(receiver.received().len(), 1);
    send("something else").await.expect_problem(403, "declined_by_merchant");
    assert_eq!(receiver.received().len(), 2, "another text under the same key is asked about");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_a_command_goes_on_or_is_refused_as_configured() {
    let mut receiver = Receiver::start();
    let open = service(callback(&receiver)).await;
    let closed = BeforeCallback { on_failure: OnFailure::Refuse, ..callback(&receiver) };
    let closed = service(closed).await;
    let failures = [Told::status(500), Told::status(302), Told::json(&json!({"verdict": "maybe"}))];
    for told in failures {
        receiver.answer(move |_| told.clone());
        say(&open, "hi").await.expect(201);
        let problem = say(&closed, "hi").await.expect_problem(503, "merchant_unavailable");
        assert_eq!(problem["retry_after_s"], 2);
    }
    receiver.go_down().await;
    say(&open, "hi").await.expect(201);
    say(&closed, "hi").await.expect_problem(503, "merchant_unavailable");
    assert_eq!(texts(&open).await.len(), 4);
    assert!(texts(&closed).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_server_is_left_alone_and_asked_again_after_a_rest() {
    let receiver = Receiver::start();
    let slow = BeforeCallback { timeout_ms: 100, ..callback(&receiver) };
    let service = service_with(slow, |config| {
        config.before.failures_max = 2;
        config.before.rest_ms = 1_000;
    })
    .await;
    receiver.answer(|_| Told::status(204).after(Duration::from_secs(20)));
    let begun = Instant::now();
    for n in 0..20 {
        say(&service, &format!("{n}")).await.expect(201);
    }
    let took = begun.elapsed();
    let asked = receiver.received().len();
    assert!(
        asked < 2 + 2 + usize::try_from(took.as_millis() / 1_000).unwrap(),
        "{asked} in {took:?}"
    );

    answer(&receiver, json!({"verdict": "replace", "text": "back"}));
    crate::stage::eventually_async("it is asked again", async || {
        say(&service, "are you back").await.expect(201);
        texts(&service).await.contains(&"back".to_owned())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_merchants_own_servers_are_asked_about_only_if_so_configured() {
    let receiver = Receiver::start();
    answer(&receiver, json!({"verdict": "refuse", "reason": "no"}));
    let exempt = service(callback(&receiver)).await;
    let lines = format!(
        r#"{{"id":"{}","user_id":"ann","action":{{"room":{{"room_id":"room","command":{{"type":"send_message","text":"hi"}}}}}}}}"#,
        new_key()
    );
    let batch = async |service: &Service| {
        let request = service.bare(Method::POST, "/batch").body(lines.clone());
        let token = crate::http_stage::token(Role::Admin, "shop");
        let request = request.bearer_auth(token).header("content-type", "application/x-ndjson");
        Reply::to(request).await.expect(200)
    };
    assert_eq!(batch(&exempt).await["status"], 201);
    assert!(receiver.received().is_empty());

    let asked = BeforeCallback { exempt_admins: false, ..callback(&receiver) };
    let asked = service(asked).await;
    assert_eq!(batch(&asked).await["type"], "/problems/declined_by_merchant");
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_speaks_as_to_tencent_is_understood() {
    let receiver = Receiver::start();
    let token = service_kit::config::Secret::new("test-token".to_owned());
    let target = TargetConfig {
        form: Form::Tencent,
        secrets: vec![token],
        sdk_app_id: Some(1_400_000_000),
        ..receiver.target()
    };
    let service = service(BeforeCallback { target, ..callback(&receiver) }).await;
    let ok = |code: u32| json!({"ActionStatus": "OK", "ErrorCode": code, "ErrorInfo": "sorry"});

    answer(&receiver, ok(0));
    say(&service, "hi").await.expect(201);
    answer(&receiver, ok(1));
    let problem = say(&service, "hi").await.expect_problem(403, "declined_by_merchant");
    assert_eq!((&problem["code"], &problem["reason"]), (&10_016.into(), &"sorry".into()));
    answer(&receiver, ok(2));
    say(&service, "hush").await.expect(201);
    answer(&receiver, ok(10_200));
    let problem = say(&service, "hi").await.expect_problem(403, "declined_by_merchant");
    assert_eq!(problem["code"], 10_200);
    let mut rewritten = ok(0);
    rewritten["MsgBody"] = json!([{"MsgType": "TIMTextElem", "MsgContent": {"Text": "hello"}}]);
    answer(&receiver, rewritten);
    say(&service, "hi").await.expect(201);

    assert_eq!(texts(&service).await, ["hi", "(hush)", "hello"]);
    let first = &receiver.received()[0];
    let parameters: Vec<&str> = first.query.split('&').collect();
    assert!(parameters.contains(&"SdkAppid=1400000000"), "{parameters:?}");
    assert!(parameters.contains(&"CallbackCommand=Group.CallbackBeforeSendMsg"));
    let body = first.json();
    assert_eq!((&body["GroupId"], &body["From_Account"]), (&"room".into(), &"ann".into()));
    assert_eq!(body["MsgBody"][0]["MsgContent"]["Text"], "hi");
}
