//! Everything that a room can do, point by point, on one running system with the limits that every
//! installation has; then it is killed, and all of it is there again.
//!
//! | point of the whole room | shown by |
//! | --- | --- |
//! | 1 apps, admin accounts | `apps.rs` here, `../apps.rs`, `../many_apps.rs` |
//! | 2 rooms | `rooms.rs`, `broadcasts.rs` |
//! | 3 messages; what is shed | `messages.rs`, `rush.rs` |
//! | 4 one shape for echo and remote | `echo.rs` |
//! | 5 gifts, likes, follows, heat; purchases | `gifts.rs`, `../overflow.rs`; `products.rs`, `../purchases.rs` |
//! | 6 products | `products.rs` |
//! | 7 custom fields, counters | `fields.rs` |
//! | 8 people | `people.rs`, `../audience.rs` |
//! | 9 moderation | `moderation.rs`, `../moderation.rs` |
//! | 10 levels | `levels.rs`, `../levels.rs` |
//! | 11 content filter | `filter.rs`; its figures `filter/tests/it/rates.rs` |
//! | 12 history | `history.rs` |
//! | all of it survives, and a rebuild equals it | this file |

mod apps;
mod broadcasts;
mod echo;
mod fields;
mod filter;
mod gifts;
mod history;
mod levels;
mod messages;
mod moderation;
mod people;
mod products;
mod rooms;
mod rush;

use domain::actor::Role::{Admin, Assistant, Guest, Host, Viewer};
use harness::answers::{already_so, done, refused};
use harness::http::Caller;
use harness::{Cluster, eventually};
use serde_json::{Value, json};

const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// Only what would make the test wait.
const SETTINGS: &str = "command.gateway.profile_ttl_ms = 50
query.presence.exchange_ms = 100
query.presence.push_pause_ms = 100
query.presence.leave_after_ms = 3_000
";

/// Who is there.
struct Stage {
    shop: Caller,
    host: Caller,
    assistant: Caller,
    ann: Caller,
    bob: Caller,
    guest: Caller,
}

impl Stage {
    fn of(cluster: &Cluster) -> Self {
        Self {
            shop: cluster.caller("shop", Admin),
            host: cluster.caller("host", Host),
            assistant: cluster.caller("lin", Assistant),
            ann: cluster.caller("ann", Viewer),
            bob: cluster.caller("bob", Viewer),
            guest: cluster.caller("guest-1", Guest),
        }
    }

    /// A live room of the host's.
    async fn live_room(&self, room: &str) {
        let body = json!({"name": room, "owner": "host"});
        done(self.shop.put(&format!("/rooms/{room}"), &body).await);
        let live = json!({"status": "live"});
        done(self.host.put(&format!("/rooms/{room}/status"), &live).await);
    }
}

/// The answer to a question, up to what the command said.
async fn shown(who: &Caller, path: &str, after: &Value) -> Value {
    let sign = if path.contains('?') { '&' } else { '?' };
    let path = format!("{path}{sign}min_seq={}", after["log_seq"]);
    // A question waits for a while only, and this machine may be busy.
    let (status, body) = eventually(&path, LIMIT, async || {
        let answer = who.query(&path).await;
        (answer.0 != 412).then_some(answer)
    })
    .await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

/// Everything that was asked for in the chapters, as it is told now.
async fn told(stage: &Stage, after: &Value) -> Vec<(String, Value)> {
    let chapters = [
        rooms::PATHS,
        messages::PATHS,
        gifts::PATHS,
        products::PATHS,
        fields::PATHS,
        moderation::PATHS,
        levels::PATHS,
        history::PATHS,
    ];
    let mut told = vec![];
    for path in chapters.concat() {
        let mut answer = shown(&stage.shop, path, after).await;
        // Where the log ends is another place after a restart, and who watches is counted anew.
        if let Some(answer) = answer.as_object_mut() {
            answer.remove("log_seq");
            answer.remove("online");
        }
        told.push((path.to_owned(), answer));
    }
    told
}

/// Fills every read model anew from the log and compares it with the one in use.
fn audit(cluster: &Cluster) {
    let output = cluster.command(&["audit"]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_does_all_that_is_promised_and_a_crash_takes_nothing_of_it() {
    let mut cluster = Cluster::start_limited(SETTINGS).await;
    let stage = Stage::of(&cluster);
    for (user, nick) in [("ann", "Ann 安"), ("bob", "Bob")] {
        done(stage.shop.put(&format!("/users/{user}"), &json!({ "nick": nick })).await);
    }
    apps::chapter(&cluster, &stage).await;
    rooms::chapter(&stage).await;
    messages::chapter(&stage).await;
    rush::chapter(&cluster, &stage).await;
    echo::chapter(&stage).await;
    broadcasts::chapter(&stage).await;
    gifts::chapter(&stage).await;
    products::chapter(&stage).await;
    fields::chapter(&stage).await;
    people::chapter(&cluster, &stage).await;
    moderation::chapter(&cluster, &stage).await;
    history::chapter(&stage).await;
    levels::chapter(&cluster, &stage).await;
    // Last: what its lists forbid, they forbid to everybody.
    let last = filter::chapter(&stage).await;

    let before = told(&stage, &last).await;
    cluster.kill9();
    cluster.restart().await;
    let after = told(&stage, &last).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    filter::still_holds(&stage).await;
    audit(&cluster);
    cluster.stop().await;
}
