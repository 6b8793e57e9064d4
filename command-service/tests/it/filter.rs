//! Words that are not wanted, through HTTP: refused, masked, and lists that hold at once, on every
//! instance.

use std::time::{Duration, Instant};

use command_service::config::CommandConfig;
use command_service::gateway::screen::config::FilterConfig;
use domain::actor::Role::{Admin, Host, Viewer};
use domain::event::EventData;
use domain::word_list::FilterAction;
use nats::client::Nats;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::apps::{AppConfig, Apps};
use service_kit::auth::{Auth, AuthConfig};
use service_kit::tasks::Tasks;

use crate::http_stage::{Reply, Service, key, new_key, token};
use crate::stage::{app, room_events};

const MESSAGES: &str = "/rooms/room/messages";

async fn say(service: &Service, text: &str) -> Reply {
    service.post(Viewer, "ann", MESSAGES, json!({ "text": text })).await
}

async fn set(service: &Service, path: &str, list: Value) {
    service.put(Admin, "shop", path, list).await.expect(201);
}

/// Waits until a word is refused: a list holds within a second, not at once.
async fn until_refused(service: &Service, word: &str) {
    let began = Instant::now();
    let nick = || service.put(Viewer, "probe", "/users/probe", json!({ "nick": word }));
    while nick().await.status != 422 {
        assert!(began.elapsed() < Duration::from_secs(1), "`{word}` is not refused yet");
    }
}

/// The texts of the messages in the log.
async fn texts(service: &Service) -> Vec<String> {
    let events = room_events(&service.nats).await.into_iter();
    let texts = events.filter_map(|event| match event.data {
        EventData::MessageSent(sent) => Some(sent.text.to_string()),
        EventData::CustomMessageSent(sent) => Some(sent.extension.to_string()),
        _ => None,
    });
    texts.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_masked_or_refused_as_the_lists_say() {
    let service = Service::with_room().await;
    say(&service, "what the fuck, señor").await.expect(201);
    set(&service, "/word-lists/soft", json!({"words": ["ugly"], "mask": "[nice]"})).await;
    let list =
        json!({"words": ["rival", "五星红旗"], "action": "reject", "whitelist": ["no rival"]});
    set(&service, "/word-lists/hard", list).await;
    until_refused(&service, "rival").await;
    say(&service, "such an UGLY pot, ugl¥ no").await.expect(201);
    for text in ["buy at Ｒｉｖａｌ", "r.i.v.a.l", "我爱五星紅旗", "r\u{200b}ival"] {
        let problem = say(&service, text).await.expect_problem(422, "text_refused");
        assert_eq!(problem["field"], "text");
        assert!(!problem.to_string().contains("hard"), "{problem}");
    }
    say(&service, "we have no rival, no rivalry").await.expect(201);
    // What is too long to be accepted is refused for that, and nobody looks at its words.
    let long = |bytes: usize| format!("{}{}", "r.i.v.a.l ", ".".repeat(bytes - 10));
    say(&service, &long(12_288)).await.expect_problem(422, "text_refused");
    say(&service, &long(12_289)).await.expect_problem(422, "text_too_long");

    let custom = json!({"data": "card", "extension": r#"{"id":"rivalx ugly","text":["so ugly"]}"#});
    service.post(Viewer, "ann", "/rooms/room/custom-messages", custom).await.expect(201);
    let texts = texts(&service).await;
    let expected = [
        "what the ****, señor",
        "such an [nice] pot, [nice] no",
        "we have no rival, no rivalry",
        r#"{"id":"rivalx ugly","text":["so [nice]"]}"#,
    ];
    assert_eq!(texts, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_text_that_people_read_is_screened_and_admins_are_exempt() {
    let service = Service::with_room().await;
    set(&service, "/word-lists/hard", json!({"words": ["rival"], "action": "hold"})).await;
    until_refused(&service, "rival").await;
    let refused = |reply: Reply, field: &str| {
        assert_eq!(reply.expect_problem(422, "text_refused")["field"], field);
    };
    let text = || json!({"text": "like rival"});
    refused(service.put(Host, "host", "/rooms/room/announcement", text()).await, "text");
    refused(service.put(Host, "host", "/rooms/room/introduction", text()).await, "text");
    let room = json!({"name": "Rival", "owner": "host"});
    refused(service.put(Host, "host", "/rooms/other", room).await, "name");
    refused(service.put(Viewer, "ann", "/users/ann", json!({"nick": "RIVAL"})).await, "nick");
    let custom = json!({"data": "x", "description": "rival"});
    let custom = service.post(Viewer, "ann", "/rooms/room/custom-messages", custom).await;
    assert_eq!(custom.expect(201)["held"], true);
    service.put(Admin, "shop", "/rooms/room/announcement", text()).await.expect(201);

    // In somebody's name an admin is that somebody; and a batch is screened line by line.
    let line = |user: Option<&str>| {
        let command = json!({"type": "send_message", "text": "my rival"});
        json!({"id": new_key(), "user_id": user,
            "action": {"room": {"room_id": "room", "command": command}}})
    };
    let body = format!("{}\n{}\n", line(Some("ann")), line(None));
    let batch = service.bare(Method::POST, "/batch").bearer_auth(token(Admin, "shop"));
    let answers = Reply::to(batch.header("content-type", "application/x-ndjson").body(body)).await;
    let lines = answers.body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines: Vec<Value> = lines.collect();
    assert_eq!((&lines[0]["status"], &lines[0]["held"]), (&json!(201), &json!(true)));
    assert_eq!((&lines[1]["status"], &lines[1]["held"]), (&json!(201), &Value::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_command_gets_the_same_answer_after_the_lists_have_changed() {
    let service = Service::with_room().await;
    let send = |id: String, text: &'static str| {
        let request = service.bare(Method::POST, MESSAGES).bearer_auth(token(Viewer, "ann"));
        Reply::to(request.header("idempotency-key", id).json(&json!({ "text": text })))
    };
    let (first, second) = (new_key(), new_key());
    let accepted = send(first.clone(), "rival").await.expect(201);
    set(&service, "/word-lists/hard", json!({"words": ["rival"], "action": "reject"})).await;
    until_refused(&service, "rival").await;
    send(second.clone(), "rival").await.expect_problem(422, "text_refused");
    assert_eq!(send(first, "rival").await.expect(201), accepted);
    let remove = service.request(Method::DELETE, Admin, "shop", "/word-lists/hard");
    Reply::to(remove).await.expect(201);
    let began = Instant::now();
    while say(&service, "rival").await.status != 201 {
        assert!(began.elapsed() < Duration::from_secs(1), "still refused");
    }
    send(second, "rival").await.expect_problem(422, "text_refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_has_lists_of_its_own() {
    let service = Service::with_room().await;
    let other = json!({"name": "Cups", "owner": "host"});
    service.put(Host, "host", "/rooms/other", other).await.expect(201);
    let list = json!({"words": ["rival"], "action": "reject"});
    let path = "/rooms/room/word-lists/mine";
    service.put(Viewer, "ann", path, list.clone()).await.expect_problem(403, "not_allowed");
    service
        .put(Host, "host", "/word-lists/mine", list.clone())
        .await
        .expect_problem(403, "not_allowed");
    service.put(Host, "host", path, list.clone()).await.expect(201);
    service.put(Host, "host", path, list).await.expect(200);
    let began = Instant::now();
    while say(&service, "rival").await.status != 422 {
        assert!(began.elapsed() < Duration::from_secs(1), "not yet");
    }
    let there = service.post(Viewer, "ann", "/rooms/other/messages", json!({"text": "rival"}));
    there.await.expect(201);
    // A list of the app may be for some rooms only.
    set(
        &service,
        "/word-lists/some",
        json!({"words": ["pest"], "action": "reject", "rooms": ["other"]}),
    )
    .await;
    let pest = || service.post(Viewer, "ann", "/rooms/other/messages", json!({"text": "pest"}));
    let began = Instant::now();
    while pest().await.status != 422 {
        assert!(began.elapsed() < Duration::from_secs(1), "not yet");
    }
    say(&service, "pest").await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_holds_within_a_second_on_every_instance() {
    let service = Service::with_room().await;
    let (tasks, config) = (Tasks::new(), CommandConfig::default());
    let nats = Nats::connect(&service.server.config()).await.unwrap();
    let apps = Apps::try_new(&[AppConfig::new(app(), vec![key()])]).unwrap();
    let auth = Auth::new(apps, AuthConfig::default());
    let started = command_service::start(config, nats, auth, &tasks, None).await;
    let other = format!("http://{}/v1/apps/shop{MESSAGES}", started.unwrap().addr);
    let say_there = |text: &'static str| {
        let request = service.client.post(&other).bearer_auth(token(Viewer, "bob"));
        Reply::to(request.header("idempotency-key", new_key()).json(&json!({ "text": text })))
    };
    say_there("rival").await.expect(201);
    let list = json!({"words": ["rival"], "action": "reject"});
    let began = Instant::now();
    set(&service, "/word-lists/hard", list).await;
    until_refused(&service, "rival").await;
    while say_there("rival").await.status != 422 {
        assert!(began.elapsed() < Duration::from_secs(1), "not yet");
    }
    tasks.shut_down();
}

#[test]
fn the_default_is_what_the_configuration_says() {
    let config = FilterConfig::default();
    assert!(config.enabled && config.exempt_admins);
    assert_eq!(config.default_action, FilterAction::Replace);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_waits_until_somebody_has_looked_or_is_seen_by_nobody() {
    let service = Service::with_room().await;
    let words = |word: &str, action: &str| json!({"words": [word], "action": action});
    set(&service, "/word-lists/hold", words("dubious", "hold")).await;
    set(&service, "/word-lists/silent", words("shady", "silent")).await;
    // A nick cannot wait, and is not shown to its owner alone.
    until_refused(&service, "dubious").await;
    until_refused(&service, "shady").await;

    let key = new_key();
    let held = say_as("ann", &service, &key, "a dubious tea").await.expect(201);
    assert_eq!(held["held"], true);
    assert_eq!(say_as("ann", &service, &key, "a dubious tea").await.expect(201), held);
    let silenced = say(&service, "a shady tea").await.expect(201);
    let plain = say(&service, "a fine tea").await.expect(201);
    let members = |done: &Value| done.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&silenced), members(&plain), "the sender is told the same");
    service.post(Host, "host", MESSAGES, json!({"text": "dubious?"})).await.expect(201);

    let path = format!("/rooms/room/held-messages/{}", held["room_seq"]);
    let approve = json!({"approve": true});
    let by_ann = service.put(Viewer, "ann", &path, approve.clone()).await;
    by_ann.expect_problem(403, "not_allowed");
    let key = new_key();
    let review = async || {
        let request = service.bare(Method::PUT, &path).bearer_auth(token(Host, "host"));
        Reply::to(request.header("idempotency-key", &key).json(&approve)).await
    };
    let reviewed = review().await.expect(201);
    assert_eq!(review().await.expect(201), reviewed);
    let again = service.put(Host, "host", &path, approve.clone()).await;
    again.expect_problem(404, "message_not_found");

    let events = room_events(&service.nats).await;
    let kinds =
        events.iter().skip(2).map(|event| (event.data.type_name(), event.actor.user.as_str()));
    let expected = [
        ("message_held", "ann"),
        ("message_silenced", "ann"),
        ("message_sent", "ann"),
        ("message_sent", "host"),
        ("message_sent", "ann"),
        ("message_reviewed", "host"),
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
    let approved = &events[6];
    assert_eq!(approved.actor.via.as_ref().map(domain::ids::UserId::as_str), Some("host"));
    assert_eq!(texts(&service).await, ["a fine tea", "dubious?", "a dubious tea"]);
}

async fn say_as(user: &str, service: &Service, key: &str, text: &str) -> Reply {
    let request = service.bare(Method::POST, MESSAGES).bearer_auth(token(Viewer, user));
    Reply::to(request.header("idempotency-key", key).json(&json!({ "text": text }))).await
}

/// A held nick, name or announcement is refused: it stands for a while, so it cannot wait. What is said
/// can, of whichever kind, and is let through as what it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn custom_and_paid_messages_wait_and_are_let_through_as_what_they_are() {
    let service = Service::with_room().await;
    set(&service, "/word-lists/look", json!({"words": ["rival"], "action": "hold"})).await;
    set(&service, "/word-lists/shade", json!({"words": ["shady"], "action": "silent"})).await;
    set(&service, "/word-lists/hard", json!({"words": ["forbidden"], "action": "reject"})).await;
    until_refused(&service, "rival").await;
    until_refused(&service, "shady").await;
    until_refused(&service, "forbidden").await;
    let custom = |description: &str, text: &str| {
        let extension = json!({ "text": text }).to_string();
        let body = json!({"data": "card", "description": description, "extension": extension});
        service.post(Viewer, "ann", "/rooms/room/custom-messages", body)
    };
    let held = custom("my rival", "tea").await.expect(201);
    assert_eq!(held["held"], true);
    // The sender of a silenced one is told what the sender of any other is.
    assert_eq!(custom("shady", "tea").await.expect(201)["held"], Value::Null);
    // Of several texts the strictest finding holds.
    assert_eq!(custom("shady", "rival").await.expect(201)["held"], true);
    let refused = custom("rival", "forbidden").await;
    assert_eq!(refused.expect_problem(422, "text_refused")["field"], "extension");

    let paid = json!({"text": "rival", "amount": 500, "pinned_s": 60});
    let request = service.bare(Method::POST, "/rooms/room/paid-messages");
    let request = request.bearer_auth(token(Admin, "shop")).header("matinee-on-behalf-of", "ann");
    let paid = Reply::to(request.header("idempotency-key", new_key()).json(&paid)).await;
    let paid = paid.expect(201);
    assert_eq!(paid["held"], true, "{paid}");

    for waiting in [&held, &paid] {
        let path = format!("/rooms/room/held-messages/{}", waiting["room_seq"]);
        service.put(Host, "host", &path, json!({"approve": true})).await.expect(201);
    }
    let events = room_events(&service.nats).await;
    let kinds: Vec<_> = events[2..].iter().map(|event| event.data.type_name()).collect();
    let expected = [
        "message_held",
        "message_silenced",
        "message_held",
        "message_held",
        "custom_message_sent",
        "message_reviewed",
        "paid_message_sent",
        "message_reviewed",
    ];
    assert_eq!(kinds, expected);
    let sent = serde_json::to_value(&events[6].data).unwrap();
    let whole = json!({"data": "card", "description": "my rival", "priority": "normal",
        "extension": r#"{"text":"tea"}"#});
    assert_eq!((&sent, events[6].actor.user.as_str()), (&whole, "ann"));
    let paid = serde_json::to_value(&events[8].data).unwrap();
    let whole = json!({"text": "rival", "amount": 500, "pinned_s": 60});
    assert_eq!((&paid, events[8].actor.user.as_str()), (&whole, "ann"));
}
