//! Point 8: who somebody is, who helps, who is there, on however many devices and instances.

use domain::actor::Role::Viewer;
use harness::http::Caller;
use harness::{Cluster, eventually};
use serde_json::{Value, json};
use service_kit::clock;

use super::{LIMIT, SETTINGS, Stage, already_so, done, refused, shown};

pub(super) async fn chapter(cluster: &Cluster, stage: &Stage) {
    stage.live_room("crowd").await;
    profiles(stage).await;
    assistants(stage).await;
    members(cluster, stage).await;
    storm(stage).await;
    online(cluster, stage).await;
    presence(cluster, stage).await;
}

/// A new nick is pushed to the rooms where its owner is, and stands on what they say from then on.
async fn profiles(stage: &Stage) {
    let Stage { ann, bob, .. } = stage;
    let stream = bob.watch("crowd").await;
    let _is_there = ann.watch("crowd").await;
    let face = json!({"nick": "Anna", "avatar": "https://img.example/anna.png"});
    refused(ann.put("/users/ann", &json!({"nick": "x".repeat(65)})).await, 422, "text_too_long");
    refused(bob.put("/users/ann", &face).await, 403, "not_allowed");
    let set = done(ann.put("/users/ann", &face).await);
    let told = stream.until_type("user_registered").await;
    assert_eq!((&told["data"]["user_id"], &told["data"]["nick"]), (&json!("ann"), &face["nick"]));
    assert!(told.get("room_seq").is_none(), "a notice has no place in the room: {told}");
    let user = shown(bob, "/users/ann", &set).await;
    assert_eq!((&user["nick"], &user["avatar"]), (&face["nick"], &face["avatar"]), "{user}");
    eventually("it stands on her messages", LIMIT, async || {
        let said = done(ann.post("/rooms/crowd/messages", &json!({"text": "hi"})).await);
        let item = stream.until("it", |frame| frame["room_seq"] == said["room_seq"]).await;
        (item["nick"] == "Anna").then_some(())
    })
    .await;
}

async fn assistants(stage: &Stage) {
    let Stage { host, assistant, ann, bob, .. } = stage;
    let stream = ann.watch("crowd").await;
    let text = |text: &str| json!({ "text": text });
    let (path, announcement) = ("/rooms/crowd/assistants/bob", "/rooms/crowd/announcement");
    refused(bob.put(announcement, &text("1")).await, 403, "not_allowed");
    refused(assistant.put(path, &json!({})).await, 403, "not_allowed");
    let appointed = done(host.put(path, &json!({})).await);
    already_so(host.put(path, &json!({})).await);
    assert_eq!(shown(ann, "/rooms/crowd", &appointed).await["assistants"], json!(["bob"]));
    done(bob.put(announcement, &text("1")).await);
    done(host.delete(path).await);
    refused(bob.put(announcement, &text("2")).await, 403, "not_allowed");
    for kind in ["assistant_appointed", "assistant_dismissed"] {
        assert_eq!(stream.until_type(kind).await["value"], "bob");
    }
}

fn users(list: &Value) -> Vec<(&str, &str)> {
    let members = list["members"].as_array().unwrap().iter();
    members
        .map(|member| (member["user_id"].as_str().unwrap(), member["role"].as_str().unwrap()))
        .collect()
}

async fn members(cluster: &Cluster, stage: &Stage) {
    let Stage { host, ann, .. } = stage;
    // With a stream, or they would be taken for gone.
    let streams = [host.watch("crowd").await, ann.watch("crowd").await];
    for (who, user) in [(host, "host"), (ann, "ann")] {
        let path = format!("/rooms/crowd/members/{user}");
        done(who.put(&path, &json!({})).await);
    }
    let eve = cluster.caller("eve", Viewer);
    let came = done(eve.put("/rooms/crowd/members/eve", &json!({})).await);
    let joined = streams[0].until("eve comes", |frame| frame["user_id"] == "eve").await;
    assert_eq!((&joined["type"], &joined["priority"]), (&json!("room_joined"), &json!("lowest")));
    let list = shown(ann, "/rooms/crowd/members", &came).await;
    let expected = [("ann", "viewer"), ("eve", "viewer"), ("host", "host")];
    assert_eq!(users(&list), expected, "{list}");
    let went = done(eve.delete("/rooms/crowd/members/eve").await);
    let list = shown(ann, "/rooms/crowd/members", &went).await;
    assert_eq!(users(&list), [expected[0], expected[2]], "{list}");
    done(ann.delete("/rooms/crowd/members/ann").await);
    // The owner cannot leave, only close.
    refused(host.delete("/rooms/crowd/members/host").await, 403, "not_allowed");
}

/// Many at once are one frame with the last of the names; each of them is in the history.
async fn storm(stage: &Stage) {
    let Stage { shop, ann, .. } = stage;
    stage.live_room("storm").await;
    let stream = ann.watch("storm").await;
    let line = |n: u32, command: &str| {
        json!({"id": clock::new_command_id().to_string(), "user_id": format!("fan-{n}"),
            "action": {"room": {"room_id": "storm", "command": {"type": command}}}})
    };
    let mut joined = 0;
    eventually("a merged frame", LIMIT, async || {
        let lines: Vec<Value> = (joined..joined + 50).map(|n| line(n, "join_room")).collect();
        joined += 50;
        let last = stage_batch(shop, &lines).await;
        stream.until("they come", |frame| last <= frame["room_seq"].as_u64().unwrap_or(0)).await;
        let merged = stream.of("merged").into_iter();
        let mut counts = merged.filter(|frame| 5 < frame["joined"]["count"].as_u64().unwrap_or(0));
        counts.next().map(|frame| {
            assert_eq!(frame["joined"]["names"].as_array().unwrap().len(), 3, "{frame}");
        })
    })
    .await;
    let lines: Vec<Value> = (0..joined).map(|n| line(n, "leave_room")).collect();
    let last = stage_batch(shop, &lines).await;
    stream.until("they go", |frame| last <= frame["room_seq"].as_u64().unwrap_or(0)).await;
}

/// The last `room_seq` of the answers.
async fn stage_batch(shop: &Caller, lines: &[Value]) -> u64 {
    let answers = shop.batch(lines).await;
    assert!(answers.iter().all(|answer| answer["outcome"] == "accepted"), "{:?}", answers.first());
    answers.iter().filter_map(|answer| answer["room_seq"].as_u64()).max().unwrap()
}

/// Over two instances: people count once, whatever they watch with.
async fn online(cluster: &Cluster, stage: &Stage) {
    let Stage { ann, bob, guest, .. } = stage;
    stage.live_room("online").await;
    let other = cluster.another_query_service(SETTINGS).await;
    let elsewhere = |who: &Caller| who.reading_from(&other.url);
    let counted = async |connections: u64, users: u64, peak: u64, unique: u64| {
        let expected = json!({"connections": connections, "users": users, "peak": peak,
            "unique": unique});
        for who in [ann.clone(), elsewhere(ann)] {
            eventually(&expected.to_string(), LIMIT, async || {
                (who.query("/rooms/online/online").await.1 == expected).then_some(())
            })
            .await;
        }
    };
    counted(0, 0, 0, 0).await;
    let first = ann.watch("online").await;
    let second = elsewhere(ann).watch("online").await;
    let bobs = elsewhere(bob).watch("online").await;
    let guests = guest.watch("online").await;
    counted(4, 3, 3, 3).await;
    drop((second, bobs));
    counted(2, 2, 3, 3).await;
    drop(guests);
    counted(1, 1, 3, 3).await;
    let told = first.until("one's own", |frame| frame["type"] == "online" && frame["peak"] == 3);
    assert_eq!(told.await["unique"], 3);
    drop(first);
    counted(0, 0, 3, 3).await;
}

/// Without a stream a word now and then is enough; who says nothing for a while has left, once.
async fn presence(cluster: &Cluster, stage: &Stage) {
    let Stage { host, .. } = stage;
    let stream = host.watch("crowd").await;
    let gus = cluster.caller("gus", Viewer);
    let came = done(gus.put("/rooms/crowd/members/gus", &json!({})).await);
    let began = clock::now();
    // Longer than the silence that is allowed.
    eventually("time passes", LIMIT, async || {
        let (status, online) = gus.present("crowd").await;
        assert_eq!(status, 200, "{online}");
        (began.0 + 4_000 < clock::now().0).then_some(())
    })
    .await;
    let list = shown(host, "/rooms/crowd/members", &came).await;
    assert_eq!(users(&list), [("gus", "viewer"), ("host", "host")], "{list}");
    let gone = |frame: &Value| frame["type"] == "room_left" && frame["user_id"] == "gus";
    let left = stream.until("gus is gone", gone).await;
    assert!(began.0 + 6_000 < left["at"].as_i64().unwrap(), "{left}");
    let after = done(host.post("/rooms/crowd/messages", &json!({"text": "who left?"})).await);
    let list = shown(host, "/rooms/crowd/members", &after).await;
    assert_eq!(users(&list), [("host", "host")], "{list}");
}
