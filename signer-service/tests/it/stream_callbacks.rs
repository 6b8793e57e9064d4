//! What media servers call, as they really do it, and the commands that come of it.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use domain::ids::AppId;
use md5::{Digest, Md5};
use nats::{RequestSubject, Requests};
use serde_json::{Value, json};
use service_kit::clock;

use crate::shop::{Shop, unpack};

/// `a room` in hex.
const STREAM: &str = "shop-6120726f6f6d";
const RECORDED: &str = "../../shared/data/vectors/nginx-rtmp-callbacks.ndjson";

/// Answers as the sequencer of the app does, and remembers what it was asked.
async fn sequencer(shop: &Shop, answer: &'static str) -> Arc<Mutex<Vec<Value>>> {
    let app: AppId = "shop".parse().unwrap();
    let mut requests: Requests =
        shop.nats.serve_requests(RequestSubject::Commands(app)).await.unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            let commands: Vec<Value> = serde_json::from_slice(&request.payload).unwrap();
            all.lock().unwrap().extend(commands);
            let reply = format!(r#"{{"answers":[{{"settled":{answer}}}]}}"#);
            request.respond(reply.into()).await.unwrap();
        }
    });
    asked
}

fn hex(text: &str) -> String {
    let mut hex = String::new();
    for byte in Md5::digest(text) {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}

/// The query of a push URL that is good for so many seconds.
fn signed(key: &str, stream: &str, seconds: i64) -> String {
    let tx_time = format!("{:X}", clock::now().0 / 1_000 + seconds);
    format!("txSecret={}&txTime={tx_time}", hex(&format!("{key}{stream}{tx_time}")))
}

async fn post(shop: &Shop, kind: &str, media_type: &str, body: String) -> (u16, String) {
    let url = format!("http://{}/v1/apps/shop/stream-callbacks/{kind}", shop.signer);
    let request = reqwest::Client::new().post(url).header("content-type", media_type).body(body);
    let (status, code, _) = unpack(request.send().await.unwrap()).await;
    (status, code)
}

async fn nginx(shop: &Shop, call: &str, client: u32, name: &str, query: &str) -> (u16, String) {
    // As nginx-rtmp 1.2.2 writes it.
    let body = format!(
        "app=live&flashver=FMLE/3.0%20(compatible%3B%20Lavf59.27&swfurl=&tcurl=rtmp://h/live&pageurl=\
         &addr=127.0.0.1&clientid={client}&call={call}&name={name}&type=live&{query}"
    );
    post(shop, "nginx-rtmp", "application/x-www-form-urlencoded", body).await
}

fn reports(asked: &Mutex<Vec<Value>>) -> Vec<Value> {
    let commands = asked.lock().unwrap();
    commands.iter().map(|command| command["action"]["room"].clone()).collect()
}

#[tokio::test]
async fn nginx_is_told_who_may_push_and_the_room_what_was_pushed() {
    let shop = Shop::open().await;
    let asked = sequencer(&shop, r#""already_so""#).await;
    let good = signed("pushkey", STREAM, 60);
    let yes = (200, String::new());
    let no = (403, "callback_not_signed".to_owned());

    assert_eq!(nginx(&shop, "publish", 17, STREAM, &good).await, yes);
    assert_eq!(nginx(&shop, "publish_done", 17, STREAM, &good).await, yes);
    // The URL may have expired meanwhile; to begin with it is too late then.
    let expired = signed("pushkey", STREAM, -60);
    assert_eq!(nginx(&shop, "publish_done", 17, STREAM, &expired).await, yes);
    assert_eq!(nginx(&shop, "publish", 21, STREAM, &expired).await, no);
    assert_eq!(nginx(&shop, "publish", 21, STREAM, &signed("other", STREAM, 60)).await, no);
    assert_eq!(nginx(&shop, "publish", 21, STREAM, "").await, no);
    // Another room in the query, or a stream of nobody.
    let two_names = format!("name=shop-62&{}", signed("pushkey", "shop-62", 60));
    assert_eq!(nginx(&shop, "publish", 21, STREAM, &two_names).await, no);
    assert_eq!(nginx(&shop, "publish", 21, STREAM, &format!("{good}&call=play")).await, no);
    assert_eq!(nginx(&shop, "publish", 21, "cafe-61", &signed("pushkey", "cafe-61", 60)).await, no);
    // Players have a key of their own.
    assert_eq!(nginx(&shop, "play", 6, STREAM, &signed("playkey", STREAM, 60)).await, yes);
    assert_eq!(nginx(&shop, "play", 6, STREAM, &good).await, no);
    assert_eq!(nginx(&shop, "update_publish", 17, STREAM, "").await, yes);

    let found = reports(&asked);
    let on: Vec<_> = found.iter().map(|report| report["command"]["on"].clone()).collect();
    assert_eq!(on, [true, false, false], "{found:?}");
    assert_eq!(found[0]["room_id"], "a room");
    assert_eq!(found[0]["command"]["session"], "17");
    let actor = &asked.lock().unwrap()[0]["actor"];
    assert_eq!((&actor["user"], &actor["role"]), (&json!("matinee"), &json!("admin")));
}

#[tokio::test]
async fn what_nginx_really_sends_is_read() {
    let shop = Shop::open().await;
    let asked = sequencer(&shop, r#""already_so""#).await;
    let Ok(text) = std::fs::read_to_string(RECORDED) else {
        println!("{RECORDED} is absent: nothing tested");
        return;
    };
    for line in text.lines() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        let (body, media_type) = (&recorded["body"], recorded["ctype"].as_str());
        // Recorded with another key and other names: to be read, and refused where it counts.
        let media_type = media_type.unwrap_or("application/x-www-form-urlencoded");
        let body = body.as_str().unwrap().to_owned();
        let is_decided =
            recorded["path"] == "/on_publish" || recorded["path"] == "/on_publish_done";
        let (status, _) = post(&shop, "nginx-rtmp", media_type, body.clone()).await;
        assert_eq!(
            status,
            if is_decided || body.contains("call=play&") { 403 } else { 200 },
            "{body}"
        );
    }
    assert!(reports(&asked).is_empty());
}

#[tokio::test]
async fn a_refusal_of_the_room_ends_the_publisher_and_silence_is_a_503() {
    let shop = Shop::open().await;
    let good = signed("pushkey", STREAM, 60);
    let silent = (503, "log_unavailable".to_owned());
    assert_eq!(nginx(&shop, "publish", 1, STREAM, &good).await, silent);
    let refused = r#"{"refused":{"type":"room_closed","status":"ended"}}"#;
    let _asked = sequencer(&shop, refused).await;
    let stream_refused = (403, "stream_refused".to_owned());
    assert_eq!(nginx(&shop, "publish", 1, STREAM, &good).await, stream_refused);
}

#[tokio::test]
async fn hooks_of_srs_are_decided_alike() {
    let shop = Shop::open().await;
    let asked = sequencer(&shop, r#""already_so""#).await;
    let hook = |action: &str, param: &str| {
        json!({"action": action, "client_id": "9f2a3", "ip": "127.0.0.1", "vhost": "__defaultVhost__",
            "app": "live", "stream": STREAM, "param": param, "server_id": "vid-1"})
        .to_string()
    };
    let good = format!("?{}", signed("pushkey", STREAM, 60));
    for (action, param, status) in [
        ("on_publish", good.as_str(), 200),
        ("on_unpublish", &good, 200),
        ("on_publish", "", 403),
        ("on_play", "", 403),
        ("on_hls", "", 200),
    ] {
        let found = post(&shop, "srs", "application/json", hook(action, param)).await;
        assert_eq!(found.0, status, "{action} {param}");
    }
    assert_eq!(reports(&asked).len(), 2);
}

#[tokio::test]
async fn notifications_of_tencent_are_believed_by_their_sign() {
    let shop = Shop::open().await;
    let asked = sequencer(&shop, r#""already_so""#).await;
    let now_s = clock::now().0 / 1_000;
    let event = |event_type: u32, key: &str, t: i64| {
        json!({"appid": 1, "app": "push.example.com", "appname": "live", "stream_id": STREAM,
            "channel_id": STREAM, "event_time": now_s, "event_type": event_type,
            "sequence": "6674468118806626493", "sign": hex(&format!("{key}{t}")), "t": t})
    };
    let mut of_another = event(1, "callbackkey", now_s + 60);
    of_another["stream_id"] = json!("somebody-elses");
    for (body, status) in [
        (event(1, "callbackkey", now_s + 60), 200),
        (event(1, "callbackkey", now_s + 60), 200),
        (event(0, "callbackkey", now_s + 60), 200),
        (event(100, "callbackkey", now_s + 60), 200),
        (event(7_777, "callbackkey", now_s + 60), 200),
        (of_another, 200),
        (event(1, "spoofed", now_s + 60), 403),
        (event(1, "callbackkey", now_s - 5), 403),
        (json!({}), 403),
    ] {
        let found = post(&shop, "tencent", "application/json", body.to_string()).await;
        assert_eq!(found.0, status, "{body}");
    }
    let commands = asked.lock().unwrap().clone();
    assert_eq!(commands.len(), 3);
    // Sent again it is the same command; its end is another one of the same session.
    assert_eq!(commands[0]["id"], commands[1]["id"]);
    assert_ne!(commands[0]["id"], commands[2]["id"]);
    let session = |at: usize| &commands[at]["action"]["room"]["command"]["session"];
    assert_eq!(session(0), session(2));
    assert_eq!(commands[0]["action"]["room"]["command"]["at"], json!(now_s * 1_000));
}
