//! Point 10, what `../levels.rs` does not show: daily caps, multipliers, and what earns nothing.

use domain::actor::Role::Viewer;
use harness::Cluster;
use serde_json::{Value, json};

use super::{Stage, done, refused, shown};

pub(super) const PATHS: &[&str] = &["/users/evelyn?", "/rooms/levels/feed?limit=100&"];

pub(super) async fn chapter(cluster: &Cluster, stage: &Stage) {
    let Stage { shop, host, .. } = stage;
    stage.live_room("levels").await;
    let rule = json!({"earnings": [
            {"source": "message", "points": 10, "daily_cap": 20},
            {"source": "gift_coin", "points": 1,
                "multiplier_by_level": [{"from_level": 1, "percent": 200}]}],
        "thresholds": [20, 1_000]});
    let rejected = json!({"earnings": [], "thresholds": [20, 20]});
    refused(shop.put("/level-rule", &rejected).await, 422, "thresholds_not_rising");
    refused(host.put("/level-rule", &rule).await, 403, "not_allowed");
    done(shop.put("/level-rule", &rule).await);
    done(shop.put("/gifts/orchid", &json!({"name": "orchid", "unit_price": 5})).await);

    // Nobody before: what she has, she has from this rule.
    let evelyn = cluster.caller("evelyn", Viewer);
    let points = async |after: &Value| {
        let user = shown(shop, "/users/evelyn", after).await;
        (user["points"].as_u64().unwrap(), user["level"].as_u64().unwrap())
    };
    let orchid = json!({"gift_id": "orchid", "count": 1});
    let given = done(evelyn.post("/rooms/levels/gifts", &orchid).await);
    assert_eq!(points(&given).await, (5, 0));
    let hello = json!({"text": "hello"});
    let mut last = json!(null);
    for _ in 0..3 {
        last = done(evelyn.post("/rooms/levels/messages", &hello).await);
    }
    // Two of three messages; likes and refused messages earn nothing.
    assert_eq!(points(&last).await, (25, 1));
    done(host.put("/rooms/levels/mutes/evelyn", &json!({"seconds": 60})).await);
    refused(evelyn.post("/rooms/levels/messages", &hello).await, 403, "muted");
    done(host.delete("/rooms/levels/mutes/evelyn").await);
    let liked = done(evelyn.post("/rooms/levels/likes", &json!({"count": 100})).await);
    assert_eq!(points(&liked).await, (25, 1));
    // Who has risen earns twice as much with a gift.
    let given = done(evelyn.post("/rooms/levels/gifts", &orchid).await);
    assert_eq!(points(&given).await, (35, 1));
}
