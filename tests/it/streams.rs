//! A room follows its stream: what a media server says of it, as nginx-rtmp does, with the signed URL that
//! the host was given.

use std::fs;
use std::time::Duration;

use domain::actor::Role;
use harness::http::Caller;
use harness::{Cluster, eventually};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(30);
const SETTINGS: &str = "[[signer.apps]]
app = \"demo\"
push_domain = \"push.example.com\"
play_domain = \"play.example.com\"
push_key = \"pushkey\"
";

/// The media server.
struct Nginx<'a> {
    http: Client,
    callback: String,
    /// The stream and the query of the push URL.
    name: &'a str,
    signature: &'a str,
}

impl Nginx<'_> {
    /// One of its calls about a connection of the pushing program.
    async fn calls(&self, call: &str, client: u32, signature: &str) -> StatusCode {
        let body = format!(
            "app=live&tcurl=rtmp://push.example.com/live&addr=127.0.0.1&clientid={client}&call={call}\
             &name={}&type=live&{signature}",
            self.name
        );
        let request = self.http.post(&self.callback).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send().await.unwrap().status()
    }

    async fn is_answered(&self, call: &str, client: u32) {
        assert_eq!(self.calls(call, client, self.signature).await, 200, "{call} {client}");
    }
}

async fn becomes(viewer: &Caller, status: &str) {
    eventually(status, LIMIT, async || {
        let (_, room) = viewer.query("/rooms/tea").await;
        (room["status"] == status).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_live_while_its_stream_is_and_paused_while_the_host_is_cut_off() {
    let mut cluster = Cluster::start_with(SETTINGS).await;
    let (shop, ann) = (cluster.caller("shop", Role::Admin), cluster.caller("ann", Role::Viewer));
    let room = json!({"name": "Tea", "owner": "host"});
    assert_eq!(shop.command(Method::PUT, "/rooms/tea", &room).await.0, 201);
    let run: Value =
        serde_json::from_str(&fs::read_to_string(cluster.home().join("run.json")).unwrap())
            .unwrap();
    let app = format!("{}/v1/apps/demo", run["signer_url"].as_str().unwrap());
    let http = Client::new();
    let push = http.get(format!("{app}/rooms/tea/push-url")).bearer_auth(shop.token());
    let push: Value = push.send().await.unwrap().json().await.unwrap();
    let rtmp = push["rtmp"].as_str().unwrap();
    let (name, signature) = rtmp.rsplit_once('/').unwrap().1.split_once('?').unwrap();
    let callback = format!("{app}/stream-callbacks/nginx-rtmp");
    let nginx = Nginx { http, callback, name, signature };

    // Who has no signed URL, or has changed it, pushes nowhere.
    assert_eq!(nginx.calls("publish", 1, "").await, 403);
    let forged = signature.replace("txTime=", "txTime=7");
    assert_eq!(nginx.calls("publish", 1, &forged).await, 403);
    assert_eq!(ann.query("/rooms/tea").await.1["status"], "scheduled");

    nginx.is_answered("publish", 2).await;
    becomes(&ann, "live").await;
    // The host comes back before the server has noticed that they were gone: the end is of the old
    // session, and so late that nothing follows.
    nginx.is_answered("publish", 3).await;
    nginx.is_answered("publish_done", 2).await;
    nginx.is_answered("publish_done", 2).await;
    assert_eq!(ann.query("/rooms/tea").await.1["status"], "live");

    // What the room knows of its stream is in the log: another process goes on from there.
    cluster.kill9();
    cluster.restart().await;
    nginx.is_answered("publish_done", 2).await;
    assert_eq!(ann.query("/rooms/tea").await.1["status"], "live");
    nginx.is_answered("publish_done", 3).await;
    becomes(&ann, "paused").await;
    nginx.is_answered("publish", 4).await;
    becomes(&ann, "live").await;

    // Only people end a show; its stream cannot begin it again.
    let ended = json!({"status": "ended"});
    assert_eq!(shop.command(Method::PUT, "/rooms/tea/status", &ended).await.0, 201);
    nginx.calls("publish", 5, signature).await;
    becomes(&ann, "ended").await;
    cluster.stop().await;
}
