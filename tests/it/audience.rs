//! Who is in a room, from outside: whoever is gone without a word is left once, and what was measured
//! outlives the only instance, however it ends.

use std::time::Duration;

use domain::actor::Role::{Admin, Viewer};
use harness::http::Caller;
use harness::{Cluster, eventually};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(30);

/// As below.
const LEAVE_AFTER: Duration = Duration::from_millis(500);

const QUICK: &str = "
query.presence.exchange_ms = 50
query.presence.expiry_ms = 1_000
query.presence.leave_after_ms = 500
query.presence.record_ms = 50
";

fn done((status, body): (reqwest::StatusCode, Value)) -> Value {
    assert!(status.is_success(), "{status} {body}");
    body
}

/// Waits until peak and unique are so, and gives back how many are there.
async fn measured(caller: &Caller, peak: u64, unique: u64) -> Value {
    eventually("the audience is counted", LIMIT, async || {
        let online = done(caller.query("/rooms/tea/online").await);
        (online["peak"] == peak && online["unique"] == unique).then_some(online["users"].clone())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_gone_is_left_once_and_the_peak_outlives_the_only_instance() {
    let mut cluster = Cluster::start_with(QUICK).await;
    let shop = cluster.caller("shop", Admin);
    let (ann, bob) = (cluster.caller("ann", Viewer), cluster.caller("bob", Viewer));
    done(shop.put("/users/host", &json!({"nick": "Host"})).await);
    done(shop.put("/rooms/tea", &json!({"name": "Tea", "owner": "host"})).await);
    let bobs = bob.watch("tea").await;
    let (first, second) = (ann.watch("tea").await, ann.watch("tea").await);
    done(ann.put("/rooms/tea/members/ann", &json!({})).await);
    measured(&shop, 2, 2).await;

    // A device that goes leaves the other; with the last one goes the person.
    drop(first);
    done(ann.post("/rooms/tea/messages", &json!({"text": "still here"})).await);
    bobs.until_type("message_sent").await;
    drop(second);
    let left = bobs.until_type("room_left").await;
    assert_eq!(left["user_id"], "ann");
    assert_eq!(bobs.of("room_left").len(), 1);

    // Who is in the room when the only instance is killed is left, once, unless they come again.
    let _ann = ann.watch("tea").await;
    let joined = done(ann.put("/rooms/tea/members/ann", &json!({})).await);
    let bob_joined = done(bob.put("/rooms/tea/members/bob", &json!({})).await);
    bobs.until("ann is here", |frame| frame["room_seq"] == joined["room_seq"]).await;
    cluster.kill9();
    cluster.restart().await;
    let shop = cluster.caller("shop", Admin);
    let bobs = cluster.caller("bob", Viewer).watch("tea").await;
    let again = |frame: &Value| {
        frame["type"] == "room_left" && bob_joined["room_seq"].as_u64() < frame["room_seq"].as_u64()
    };
    let left = bobs.until("ann is left", again).await;
    assert_eq!((&left["user_id"], &left["priority"]), (&json!("ann"), &json!("lowest")));
    eventually("bob is the only member", LIMIT, async || {
        let members = done(shop.query("/rooms/tea/members").await);
        let members = members["members"].as_array().unwrap();
        (members.len() == 1 && members[0]["user_id"] == "bob").then_some(())
    })
    .await;
    assert_eq!(measured(&shop, 2, 2).await, 1);
    // Somebody who is looked for again would be left again by now.
    tokio::time::sleep(4 * LEAVE_AFTER).await;
    assert_eq!(bobs.frames().iter().filter(|frame| again(frame)).count(), 1);
    let cid = cluster.caller("cid", Viewer);
    let cids = cid.watch("tea").await;
    assert_eq!(measured(&shop, 2, 3).await, 2);
    drop((bobs, cids));
    cluster.stop().await;
}
