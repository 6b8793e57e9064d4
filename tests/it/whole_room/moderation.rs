//! Point 9, what `../moderation.rs` does not show: that it ends, and that whom it concerns is told.

use domain::actor::Role::Viewer;
use harness::{Cluster, eventually};
use serde_json::{Value, json};

use super::{LIMIT, Stage, already_so, done, refused, shown};

pub(super) const PATHS: &[&str] = &["/rooms/order?"];

const MESSAGES: &str = "/rooms/order/messages";

pub(super) async fn chapter(cluster: &Cluster, stage: &Stage) {
    stage.live_room("order").await;
    muted(stage).await;
    all_muted(stage).await;
    sent_away(cluster, stage).await;
}

fn hello() -> Value {
    json!({"text": "hello"})
}

async fn muted(stage: &Stage) {
    let Stage { host, ann, bob, shop, .. } = stage;
    let stream = ann.watch("order").await;
    let mute = |seconds: u32| json!({ "seconds": seconds });
    let path = "/rooms/order/mutes/ann";
    refused(bob.put(path, &mute(1)).await, 403, "not_allowed");
    done(host.put(path, &mute(2)).await);
    let told = stream.until_type("user_muted").await;
    assert_eq!((&told["data"]["user_id"], &told["value"]), (&json!("ann"), &json!("ann")));
    let until = told["data"]["until"].as_i64().unwrap();
    assert_eq!(until, told["at"].as_i64().unwrap() + 2_000, "{told}");
    let problem = refused(ann.post(MESSAGES, &hello()).await, 403, "muted");
    assert_eq!(problem["until"], until, "{problem}");
    done(bob.post(MESSAGES, &hello()).await);
    let said = eventually("the mute is over", LIMIT, async || {
        let answer = ann.post(MESSAGES, &hello()).await;
        (answer.0 == 201).then_some(answer.1)
    })
    .await;
    assert!(until <= said["at"].as_i64().unwrap(), "{said}");

    done(host.put(path, &mute(u32::MAX)).await);
    let problem = refused(ann.post(MESSAGES, &hello()).await, 403, "muted");
    assert!(problem["until"].is_null(), "{problem}");
    done(host.delete(path).await);
    stream.until_type("user_unmuted").await;
    done(ann.post(MESSAGES, &hello()).await);
    // Nobody silences the owner or sends them away.
    refused(shop.put("/rooms/order/mutes/host", &mute(60)).await, 403, "owner_immune");
    refused(shop.put("/rooms/order/bans/host", &mute(60)).await, 403, "owner_immune");
    let kick = json!({"user_id": "host"});
    refused(shop.post("/rooms/order/kicks", &kick).await, 403, "owner_immune");
    let leave = host.delete("/rooms/order/members/host").await;
    assert!(leave.0.is_client_error(), "an owner closes the room: {}", leave.1);
}

async fn all_muted(stage: &Stage) {
    let Stage { host, assistant, ann, bob, .. } = stage;
    let path = "/rooms/order/mute-all";
    let on = json!({"on": true, "allow": ["bob"]});
    let set = done(host.put(path, &on).await);
    already_so(host.put(path, &on).await);
    let room = shown(ann, "/rooms/order", &set).await;
    assert_eq!(room["mute_all"]["allow"], json!(["bob"]), "{room}");
    refused(ann.post(MESSAGES, &hello()).await, 403, "all_muted");
    for who in [bob, host, assistant] {
        done(who.post(MESSAGES, &hello()).await);
    }
    done(host.put(path, &json!({"on": false})).await);
    done(ann.post(MESSAGES, &hello()).await);

    let slow = |seconds: u32| json!({ "seconds": seconds });
    done(host.put("/rooms/order/slow-mode", &slow(60)).await);
    done(ann.post(MESSAGES, &hello()).await);
    let problem = refused(ann.post(MESSAGES, &hello()).await, 429, "slow_mode");
    assert!((1..=60).contains(&problem["seconds_left"].as_u64().unwrap()), "{problem}");
    done(host.post(MESSAGES, &hello()).await);
    done(host.put("/rooms/order/slow-mode", &slow(0)).await);
    done(ann.post(MESSAGES, &hello()).await);
}

/// Banned for a while, or kicked: told why, and the stream ends.
async fn sent_away(cluster: &Cluster, stage: &Stage) {
    let Stage { host, .. } = stage;
    let (cid, dan) = (cluster.caller("cid", Viewer), cluster.caller("dan", Viewer));
    let (cids, dans) = (cid.watch("order").await, dan.watch("order").await);
    for (who, user) in [(&cid, "cid"), (&dan, "dan")] {
        done(who.put(&format!("/rooms/order/members/{user}"), &json!({})).await);
    }
    let kick = json!({"user_id": "dan", "reason": "enough"});
    done(host.post("/rooms/order/kicks", &kick).await);
    dans.until_closed().await;
    assert_eq!(dans.of("user_kicked")[0]["data"]["reason"], "enough");
    assert_eq!(dans.frames().last().unwrap()["reason"], "kicked");
    done(dan.put("/rooms/order/members/dan", &json!({})).await);
    done(dan.delete("/rooms/order/members/dan").await);

    let ban = json!({"seconds": 3, "reason": "spam"});
    done(host.put("/rooms/order/bans/cid", &ban).await);
    cids.until_closed().await;
    let told = cids.of("user_banned").remove(0);
    assert_eq!(told["data"]["reason"], "spam", "{told}");
    let bye = cids.frames().last().unwrap().clone();
    assert_eq!((&bye["reason"], &bye["until"]), (&json!("banned"), &told["data"]["until"]));
    let join = async || cid.put("/rooms/order/members/cid", &json!({})).await;
    refused(join().await, 403, "banned");
    refused(cid.post(MESSAGES, &hello()).await, 403, "banned");
    let came = eventually("the ban is over", LIMIT, async || {
        let answer = join().await;
        (answer.0 == 201).then_some(answer.1)
    })
    .await;
    assert!(told["data"]["until"].as_i64() <= came["at"].as_i64(), "{came}");
    done(host.put("/rooms/order/bans/cid", &json!({"seconds": u32::MAX})).await);
    refused(join().await, 403, "banned");
    done(host.delete("/rooms/order/bans/cid").await);
    done(join().await);
    done(cid.delete("/rooms/order/members/cid").await);
}
