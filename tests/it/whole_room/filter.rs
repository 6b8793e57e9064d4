//! Point 11: what may be said, by lists of the app and of a room.

use harness::{Viewer, eventually};
use serde_json::{Value, json};

use super::{LIMIT, Stage, done, refused, shown};

const MESSAGES: &str = "/rooms/words/messages";

fn list(words: &[&str], action: &str) -> Value {
    json!({"words": words, "action": action})
}

pub(super) async fn chapter(stage: &Stage) -> Value {
    let Stage { shop, host, ann, .. } = stage;
    stage.live_room("words").await;
    let stream = ann.watch("words").await;
    refused(ann.put("/word-lists/hard", &list(&["tea"], "reject")).await, 403, "not_allowed");
    let hard = json!({"words": ["kettlewise", "假货"], "action": "reject",
        "whitelist": ["no kettlewise"]});
    done(shop.put("/word-lists/hard", &hard).await);
    for (name, word) in [("replace", "teabagger"), ("hold", "rumourmill"), ("silent", "spamalot")] {
        let path = format!("/rooms/words/word-lists/{name}");
        done(host.put(&path, &list(&[word], name)).await);
    }
    still_holds(stage).await;
    everywhere(stage).await;
    held(stage, &stream).await;
    silenced(stage, &stream).await;
    replaced(stage, &stream).await
}

/// However it is written, and wherever it stands.
async fn everywhere(stage: &Stage) {
    let Stage { host, ann, bob, .. } = stage;
    let text = |text: &str| json!({ "text": text });
    for evasion in [
        "KETTLEWISE",
        "k.e.t.t.l.e.w.i.s.e",
        "ｋｅｔｔｌｅｗｉｓｅ",
        "kett\u{200b}lewise",
        "keeettlewise",
        "k3ttl3w1s3",
        "假貨",
        "假*货",
    ] {
        refused(ann.post(MESSAGES, &text(evasion)).await, 422, "text_refused");
    }
    // Whole words in alphabets, and what the whitelist knows.
    for fine in ["kettlewisely", "there is no kettlewise here"] {
        done(ann.post(MESSAGES, &text(fine)).await);
    }
    let visit = "visit kettlewise";
    refused(bob.put("/users/bob", &json!({"nick": "kettlewise"})).await, 422, "text_refused");
    for path in ["announcement", "introduction"] {
        let path = format!("/rooms/words/{path}");
        refused(host.put(&path, &text(visit)).await, 422, "text_refused");
    }
    let named = json!({"name": "kettlewise", "owner": "host"});
    refused(host.put("/rooms/badly-named", &named).await, 422, "text_refused");
    let profile = json!({"name": "kettlewise"});
    refused(host.put("/rooms/words/profile", &profile).await, 422, "text_refused");
    for custom in [
        json!({"data": "{\"text\":\"kettlewise\"}", "description": "", "extension": ""}),
        json!({"data": "wave", "description": visit, "extension": ""}),
        json!({"data": "wave", "description": "", "extension": "{\"text\":\"kettlewise\"}"}),
    ] {
        let answer = ann.post("/rooms/words/custom-messages", &custom).await;
        refused(answer, 422, "text_refused");
    }
}

/// What waits is seen by those who run the room, until one of them has decided.
async fn held(stage: &Stage, anns: &Viewer) {
    let Stage { host, ann, bob, .. } = stage;
    let bobs = bob.watch("words").await;
    let said = said_with(stage, "heard it in the rumourmill", "held").await;
    let waiting = shown(host, "/rooms/words/held-messages", &said).await;
    assert_eq!(waiting["held"][0]["text"], "heard it in the rumourmill", "{waiting}");
    refused(ann.query("/rooms/words/held-messages").await, 403, "not_allowed");
    let place = bobs.until("its place", |frame| frame["room_seq"] == said["room_seq"]).await;
    assert_eq!(place["type"], "withheld", "{place}");
    let path = format!("/rooms/words/held-messages/{}", said["room_seq"]);
    refused(ann.put(&path, &json!({"approve": true})).await, 403, "not_allowed");
    done(host.put(&path, &json!({"approve": true})).await);
    refused(host.put(&path, &json!({"approve": true})).await, 404, "message_not_found");
    let is_approved = |frame: &Value| {
        frame["type"] == "message_sent" && frame["value"] == "heard it in the rumourmill"
    };
    assert_eq!(bobs.until("it is approved", is_approved).await["user_id"], "ann");
    anns.until("she sees it too", is_approved).await;
}

/// Its sender believes that it was said.
async fn silenced(stage: &Stage, anns: &Viewer) {
    let Stage { host, bob, .. } = stage;
    let (bobs, hosts) = (bob.watch("words").await, host.watch("words").await);
    let said = done(stage.ann.post(MESSAGES, &json!({"text": "spamalot"})).await);
    let is_it = |frame: &Value| frame["room_seq"] == said["room_seq"];
    for (stream, kind) in
        [(anns, "message_sent"), (&bobs, "withheld"), (&hosts, "message_silenced")]
    {
        assert_eq!(stream.until(kind, is_it).await["type"], kind);
    }
}

async fn replaced(stage: &Stage, stream: &Viewer) -> Value {
    let said = done(stage.ann.post(MESSAGES, &json!({"text": "you teabagger"})).await);
    let seq = said["room_seq"].clone();
    let item = stream.until("what was said", |frame| frame["room_seq"] == seq).await;
    assert_eq!(item["data"]["text"], "you *********", "{item}");
    // The lists that come with the installation.
    let rude = done(stage.ann.post(MESSAGES, &json!({"text": "oh sh1t"})).await);
    let seq = rude["room_seq"].clone();
    let item = stream.until("what was said", |frame| frame["room_seq"] == seq).await;
    assert!(item["value"].as_str().unwrap().contains('*'), "{item}");
    rude
}

/// Says it until the list of the room holds here.
async fn said_with(stage: &Stage, text: &str, mark: &str) -> Value {
    eventually("the list of the room holds", LIMIT, async || {
        let said = done(stage.ann.post(MESSAGES, &json!({ "text": text })).await);
        (said[mark] == true).then_some(said)
    })
    .await
}

pub(super) async fn still_holds(stage: &Stage) {
    let body = json!({"text": "buy at kettlewise"});
    let answer = eventually("the list of the app holds", LIMIT, async || {
        let answer = stage.ann.post(MESSAGES, &body).await;
        (answer.0 == 422).then_some(answer)
    })
    .await;
    refused(answer, 422, "text_refused");
}
