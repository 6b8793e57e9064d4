//! What was decided about people holds when they leave and come again, and when everything is killed.

use std::time::Duration;

use domain::actor::Role::{Host, Viewer};
use harness::http::Caller;
use harness::{Cluster, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(30);

/// The people of the room, with tokens that outlive the services.
struct People {
    host: Caller,
    ann: Caller,
    bob: Caller,
    cid: Caller,
    eve: Caller,
    fay: Caller,
}

impl People {
    fn of(cluster: &Cluster) -> Self {
        let [ann, bob, cid, eve, fay] =
            ["ann", "bob", "cid", "eve", "fay"].map(|user| cluster.caller(user, Viewer));
        Self { host: cluster.caller("host", Host), ann, bob, cid, eve, fay }
    }

    async fn decide(&self) {
        for (path, body) in [
            ("", json!({"name": "Tea", "owner": "host"})),
            ("/status", json!({"status": "live"})),
            ("/mutes/ann", json!({"seconds": 4_294_967_295_u32})),
            ("/mute-all", json!({"on": true, "allow": ["bob"]})),
            ("/bans/cid", json!({"seconds": 3_600})),
            ("/slow-mode", json!({"seconds": 600})),
            ("/assistants/eve", json!({})),
        ] {
            sent(&self.host, Method::PUT, path, &body, 201, "").await;
        }
        talk(&self.bob, 201, "").await;
    }

    /// As it was decided, now and after whatever happens.
    async fn expect_all(&self) {
        for (who, user) in [(&self.ann, "ann"), (&self.bob, "bob"), (&self.fay, "fay")] {
            let path = format!("/members/{user}");
            sent(who, Method::DELETE, &path, &json!({}), 201, "").await;
            sent(who, Method::PUT, &path, &json!({}), 201, "").await;
        }
        sent(&self.cid, Method::PUT, "/members/cid", &json!({}), 403, "banned").await;
        talk(&self.cid, 403, "banned").await;
        let (status, problem) = self.cid.query("/rooms/tea").await;
        assert_eq!((status.as_u16(), &problem["type"]), (403, &json!("/problems/banned")));
        talk(&self.ann, 403, "muted").await;
        talk(&self.bob, 429, "slow_mode").await;
        talk(&self.fay, 403, "all_muted").await;
        // An assistant runs the room: none of it holds for them, and they may decide too.
        talk(&self.eve, 201, "").await;
        talk(&self.eve, 201, "").await;
        sent(&self.eve, Method::PUT, "/mutes/gus", &json!({"seconds": 60}), 201, "").await;
        sent(&self.eve, Method::PUT, "/mutes/host", &json!({"seconds": 60}), 403, "owner_immune")
            .await;
    }
}

async fn sent(who: &Caller, method: Method, path: &str, body: &Value, status: u16, code: &str) {
    let path = format!("/rooms/tea{path}");
    // Whoever was killed is away for a moment: that is said, and nothing else.
    let answer = eventually("an answer", LIMIT, async || {
        let answer = who.command(method.clone(), &path, body).await;
        (answer.0 != 503).then_some(answer)
    })
    .await;
    assert_eq!(answer.0, status, "{path}: {}", answer.1);
    if !code.is_empty() {
        assert_eq!(answer.1["type"], format!("/problems/{code}"), "{path}");
    }
}

async fn talk(who: &Caller, status: u16, code: &str) {
    sent(who, Method::POST, "/messages", &json!({"text": "hello"}), status, code).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_about_people_survives_coming_again_and_a_crash() {
    let mut cluster = Cluster::start().await;
    People::of(&cluster).decide().await;
    let mut stream = People::of(&cluster).cid.stream("/rooms/tea/stream").await;
    assert_eq!(stream.status(), 403);
    while stream.chunk().await.unwrap().is_some() {}
    People::of(&cluster).expect_all().await;

    cluster.kill9();
    cluster.restart().await;
    People::of(&cluster).expect_all().await;

    cluster.kill9();
    cluster.kill9_server("nats-server");
    cluster.restart().await;
    People::of(&cluster).expect_all().await;
    cluster.stop().await;
}
