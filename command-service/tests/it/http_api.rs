//! Each route does its command, and each way to get a request wrong has a problem of its own.

use domain::actor::Role::{Admin, Assistant, Host, Viewer};
use domain::event::EventData;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::auth::sign;
use service_kit::clock;

use crate::http_stage::{Reply, Service, claims, key, new_key, token};
use crate::stage::room_events;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_does_its_command() {
    let service = Service::with_room().await;
    let ann = json!({"nick": "Ann", "avatar": "https://shop.example/ann.png"});
    let registered = service.put(Viewer, "ann", "/users/ann", ann).await.expect(201);
    assert!(registered["app_seq"].is_u64() && registered["log_seq"].is_u64(), "{registered}");
    let gift = json!({"source": "gift_coin", "points": 2, "daily_cap": 9, "per_unit": 10});
    let rule = json!({"earnings": [{"source": "message", "points": 1}, gift],
        "thresholds": [5, 50], "day_begins_min": 960});
    service.put(Admin, "shop", "/level-rule", rule).await.expect(201);

    let said = service.post(Viewer, "ann", "/rooms/room/messages", json!({"text": "hi"})).await;
    let said = said.expect(201);
    assert_eq!((&said["outcome"], &said["room_seq"]), (&json!("accepted"), &json!(3)));
    let gift = json!({"gift_id": "rose", "count": 2, "unit_price": 10});
    service.post(Viewer, "ann", "/rooms/room/gifts", gift).await.expect(201);
    service.post(Viewer, "ann", "/rooms/room/likes", json!({"count": 3})).await.expect(201);
    let product = json!({"title": "Tea", "price_cents": 990, "stock": 7});
    service.put(Assistant, "eve", "/rooms/room/products/tea", product).await.expect(201);
    let spotlight = json!({"product_id": "tea"});
    service.put(Host, "host", "/rooms/room/spotlight", spotlight.clone()).await.expect(201);
    let again = service.put(Host, "host", "/rooms/room/spotlight", spotlight).await.expect(200);
    assert_eq!(again, json!({"outcome": "already_so"}));
    service.put(Viewer, "bob", "/rooms/room/members/bob", json!({})).await.expect(201);
    let leave = service.request(Method::DELETE, Viewer, "bob", "/rooms/room/members/bob");
    Reply::to(leave).await.expect(201);
    service.put(Host, "host", "/rooms/room/mutes/bob", json!({"seconds": 60})).await.expect(201);
    let muted = service.post(Viewer, "bob", "/rooms/room/messages", json!({"text": "hi"})).await;
    assert!(muted.expect_problem(403, "muted")["until"].is_u64());
    let unmute = service.request(Method::DELETE, Host, "host", "/rooms/room/mutes/bob");
    Reply::to(unmute).await.expect(201);
    let paid = json!({"text": "for the host", "amount": 30_000, "pinned_s": 60});
    let paid =
        service.request(Method::POST, Admin, "shop", "/rooms/room/paid-messages").json(&paid);
    Reply::to(paid.header("matinee-on-behalf-of", "ann")).await.expect(201);

    let custom = json!({"data": "follow", "extension": "{}", "priority": "low"});
    service.post(Viewer, "ann", "/rooms/room/custom-messages", custom).await.expect(201);
    let custom = json!({"data": "follow", "priority": "high"});
    let custom = service.post(Viewer, "ann", "/rooms/room/custom-messages", custom).await;
    custom.expect_problem(403, "not_allowed");
    let level = json!({"from": 0, "level": 1, "points": 5});
    let level = service.request(Method::POST, Admin, "shop", "/rooms/room/levels").json(&level);
    Reply::to(level.header("matinee-on-behalf-of", "ann")).await.expect(201);
    let reply = json!({"text": "yes", "reply_to": 3});
    service.post(Viewer, "ann", "/rooms/room/messages", reply).await.expect(201);

    let events = room_events(&service.nats).await;
    let types: Vec<&str> = events.iter().map(|event| event.data.type_name()).collect();
    let expected = [
        "room_created",
        "room_status_changed",
        "message_sent",
        "gift_sent",
        "likes_added",
        "product_set",
        "spotlight_set",
        "room_joined",
        "room_left",
        "user_muted",
        "user_unmuted",
        "paid_message_sent",
        "custom_message_sent",
        "level_reached",
        "message_sent",
    ];
    assert_eq!(types, expected);
    assert_eq!(&*events[2].actor.nick, "Ann", "as she has just registered");
    let paid = &events[11].actor;
    assert_eq!((paid.user.as_str(), paid.via.as_ref().unwrap().as_str()), ("ann", "shop"));
    assert!(matches!(&events[3].data, EventData::GiftSent(sent) if sent.amount.0 == 20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_repeats_the_answer_and_not_the_act() {
    let service = Service::with_room().await;
    let key = new_key();
    let send = |user: &'static str, text: &'static str| {
        let request = service.bare(Method::POST, "/rooms/room/messages");
        let request = request.bearer_auth(token(Viewer, user)).header("idempotency-key", &key);
        Reply::to(request.json(&json!({ "text": text })))
    };
    let first = send("ann", "hi").await.expect(201);
    assert_eq!(send("ann", "hi").await.expect(201), first);
    send("bob", "hi").await.expect_problem(422, "idempotency_key_reused");
    assert_eq!(room_events(&service.nats).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_log_commands_get_503_and_the_same_key_works_when_it_is_back() {
    let mut service = Service::with_room().await;
    service.server.kill9();
    let key = new_key();
    let send = |service: &Service| {
        let request = service.bare(Method::POST, "/rooms/room/messages");
        let request = request.bearer_auth(token(Viewer, "ann")).header("idempotency-key", &key);
        Reply::to(request.json(&json!({"text": "hi"})))
    };
    let refused = send(&service).await.expect_problem(503, "log_unavailable");
    assert_eq!(refused["retry_after_s"], 2);

    service.server.restart().await;
    let mut reply = send(&service).await;
    for _ in 0..10 {
        if reply.status.as_u16() != 503 {
            break;
        }
        reply = send(&service).await;
    }
    assert_eq!(reply.expect(201)["room_seq"], 3);
    assert_eq!(room_events(&service.nats).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_wrong_key_has_its_problem() {
    let service = Service::with_room().await;
    let send = |key: Option<String>| {
        let request = service.bare(Method::POST, "/rooms/room/messages");
        let request = request.bearer_auth(token(Viewer, "ann")).json(&json!({"text": "hi"}));
        Reply::to(match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        })
    };
    let at = |ms: i64| {
        let ms = clock::now().0 + ms;
        Some(format!("{:08x}-{:04x}-7000-8000-000000000001", ms >> 16, ms & 0xffff))
    };
    send(None).await.expect_problem(400, "idempotency_key_missing");
    let version_4 = "018f0000-0000-4000-8000-000000000001".to_owned();
    send(Some(version_4)).await.expect_problem(400, "idempotency_key_invalid");
    send(Some("1".to_owned())).await.expect_problem(400, "idempotency_key_invalid");
    send(at(-301_000)).await.expect_problem(422, "idempotency_key_too_old");
    send(at(61_000)).await.expect_problem(422, "idempotency_key_ahead");
    assert_eq!(room_events(&service.nats).await.len(), 2, "none of them changed anything");
    send(at(-290_000)).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_wrong_token_and_body_has_its_problem() {
    let service = Service::with_room().await;
    let path = "/rooms/room/messages";
    let with_token = |token: Option<String>| {
        let request = service.bare(Method::POST, path).header("idempotency-key", new_key());
        let request = request.json(&json!({"text": "hi"}));
        Reply::to(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    };
    with_token(None).await.expect_problem(401, "token_missing");
    with_token(Some("x.y.z".to_owned())).await.expect_problem(401, "token_malformed");
    let mut expired = claims(Viewer, "ann");
    expired.exp -= 7_200;
    let expired = sign(&key(), &expired).unwrap();
    with_token(Some(expired)).await.expect_problem(401, "token_expired");
    let mut other_app = claims(Viewer, "ann");
    other_app.app = "other".parse().unwrap();
    let other_app = sign(&key(), &other_app).unwrap();
    with_token(Some(other_app)).await.expect_problem(403, "token_other_app");
    let (ann, bob) = (token(Viewer, "ann"), token(Viewer, "bob"));
    let (claims_of_ann, signature_of_bob) = (ann.rsplit_once('.'), bob.rsplit_once('.'));
    let forged = format!("{}.{}", claims_of_ann.unwrap().0, signature_of_bob.unwrap().1);
    with_token(Some(forged)).await.expect_problem(401, "token_bad_signature");

    let with_body =
        |body: String| Reply::to(service.request(Method::POST, Viewer, "ann", path).body(body));
    with_body("{".to_owned()).await.expect_problem(400, "malformed_json");
    with_body("{}".to_owned()).await.expect_problem(422, "invalid_body");
    with_body(r#"{"text":1}"#.to_owned()).await.expect_problem(422, "invalid_body");
    let unknown = r#"{"text":"hi","colour":"red"}"#.to_owned();
    with_body(unknown).await.expect_problem(422, "unknown_field");
    let text = |bytes: usize| format!(r#"{{"text":"{}"}}"#, "x".repeat(bytes));
    with_body(text(12_289)).await.expect_problem(422, "text_too_long");
    with_body(text(256 * 1024)).await.expect_problem(413, "body_too_large");
    let as_form = service.request(Method::POST, Viewer, "ann", path).body("text=hi");
    let as_form = as_form.header("content-type", "application/x-www-form-urlencoded");
    Reply::to(as_form).await.expect_problem(415, "unsupported_media_type");
    assert_eq!(room_events(&service.nats).await.len(), 2, "none of them changed anything");
    with_body(text(12_288)).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_acts_in_another_name_or_beyond_their_rooms() {
    let service = Service::with_room().await;
    let send = |role| service.request(Method::POST, role, "ann", "/rooms/room/messages");
    let text = json!({"text": "hi"});
    let pretending = send(Viewer).header("matinee-on-behalf-of", "bob").json(&text);
    Reply::to(pretending).await.expect_problem(403, "on_behalf_of_refused");
    let unreadable = send(Admin).header("matinee-on-behalf-of", "%00").json(&text);
    Reply::to(unreadable).await.expect_problem(403, "on_behalf_of_refused");
    let join = service.put(Viewer, "ann", "/rooms/room/members/bob", json!({})).await;
    join.expect_problem(403, "on_behalf_of_refused");
    let paid = json!({"text": "hi", "amount": 1, "pinned_s": 1});
    let paid = service.post(Viewer, "ann", "/rooms/room/paid-messages", paid).await;
    paid.expect_problem(403, "not_allowed");

    let mut elsewhere = claims(Assistant, "eve");
    elsewhere.rooms = Some(vec!["other-room".parse().unwrap()].into());
    let elsewhere = sign(&key(), &elsewhere).unwrap();
    let mute = service.bare(Method::PUT, "/rooms/room/mutes/bob").bearer_auth(elsewhere);
    let mute = mute.header("idempotency-key", new_key()).json(&json!({"seconds": 1}));
    Reply::to(mute).await.expect_problem(403, "room_not_in_token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_answers_line_by_line() {
    let service = Service::with_room().await;
    let say = |id: &str, text: &str| {
        json!({"id": id, "user_id": "ann", "action":
            {"room": {"room_id": "room", "command": {"type": "send_message", "text": text}}}})
        .to_string()
    };
    let (first, second) = (new_key(), new_key());
    let lines = [
        say(&first, "one"),
        "not json".to_owned(),
        say(&second, ""),
        say(&first, "one"),
        json!({"id": new_key(), "action": {"app": {"type": "define_gift", "gift_id": "tulip",
            "name": "Tulip", "unit_price": 5}}})
        .to_string(),
        r#"{"id":"x","action":{}}"#.to_owned(),
    ];
    let send = |role, body: String| {
        let request = service.bare(Method::POST, "/batch").bearer_auth(token(role, "shop"));
        Reply::to(request.header("content-type", "application/x-ndjson").body(body))
    };
    let reply = send(Admin, lines.join("\n")).await;
    assert_eq!((reply.status.as_u16(), reply.content_type.as_str()), (200, "application/x-ndjson"));
    let answers: Vec<Value> =
        reply.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let statuses: Vec<u64> =
        answers.iter().map(|answer| answer["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 400, 422, 201, 201, 422]);
    assert_eq!(answers[0], answers[3], "the same id twice is one command");
    assert_eq!(answers[2]["id"], json!(second));
    assert_eq!(answers[2]["type"], "/problems/text_empty");
    assert_eq!(answers[1]["id"], Value::Null);

    send(Viewer, say(&new_key(), "no")).await.expect_problem(403, "not_allowed");
    let too_many = "{}\n".repeat(10_001);
    send(Admin, too_many).await.expect_problem(413, "batch_too_long");
    assert_eq!(room_events(&service.nats).await.len(), 3);
}
