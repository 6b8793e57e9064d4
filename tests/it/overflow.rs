//! Sums that no number holds: they stay at the largest, no reader stops, and every part counts the same.

use domain::actor::Role::{Admin, Host, Viewer};
use domain::coins::Coins;
use harness::answers::done;
use harness::{Cluster, eventually};
use serde_json::{Value, json};
use service_kit::clock;

const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

/// One more than as many of the dearest gifts as a sum of 63 bits holds.
const GIFTS: u64 = (1 << 10) + 2;

#[tokio::test(flavor = "multi_thread")]
async fn totals_stay_at_the_largest_number_and_rebuild_the_same() {
    let cluster = Cluster::start().await;
    let (shop, host) = (cluster.caller("shop", Admin), cluster.caller("host", Host));
    let (ann, most) = (cluster.caller("ann", Viewer), i64::MAX.unsigned_abs());
    done(shop.put("/gifts/moon", &json!({"name": "Moon", "unit_price": Coins::MAX})).await);
    done(host.put("/rooms/tea", &json!({"name": "Tea", "owner": "host"})).await);
    done(host.put("/rooms/tea/status", &json!({"status": "live"})).await);
    let gift = |_| {
        let send = json!({"type": "send_gift", "gift_id": "moon", "count": 1});
        json!({"id": clock::new_command_id().to_string(), "user_id": "ann",
            "action": {"room": {"room_id": "tea", "command": send}}})
    };
    let answers = shop.batch(&(0..GIFTS).map(gift).collect::<Vec<Value>>()).await;
    let last = answers.last().unwrap();
    assert_eq!(last["status"], 201, "{last}");

    let told = async |path: &str| {
        let sign = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{sign}min_seq={}", last["log_seq"]);
        eventually("an answer", LIMIT, async || {
            let (status, body) = shop.query(&path).await;
            assert!(status == 200 || status == 412, "{body}");
            (status == 200).then_some(body)
        })
        .await
    };
    let totals = &told("/rooms/tea").await["totals"];
    assert_eq!((&totals["gifts"], &totals["gift_coins"]), (&json!(GIFTS), &json!(most)));
    let listed = told("/rooms?limit=1").await;
    assert_eq!(listed["rooms"][0]["totals"]["gift_coins"], most, "{listed}");
    for path in ["/rooms/tea/gift-totals", "/rooms/tea/gift-ranks?period=day"] {
        let ranking = told(path).await;
        assert_eq!(ranking["ranking"][0]["coins"], most, "{ranking}");
    }
    let ranks = told("/room-ranks?period=day").await;
    assert_eq!(ranks["ranking"][0]["heat"], most, "{ranks}");

    // Everything goes on.
    done(ann.post("/rooms/tea/messages", &json!({"text": "so much"})).await);
    let output = cluster.command(&["audit"]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    cluster.stop().await;
}
