//! Point 1, what `../apps.rs` does not show: an app's number, its times, and its admin accounts.

use domain::actor::Role::Admin;
use harness::{Cluster, eventually};
use serde_json::json;
use service_kit::clock;

use super::{LIMIT, Stage, already_so, done, refused, shown};

pub(super) async fn chapter(cluster: &Cluster, stage: &Stage) {
    let operator = cluster.operator();
    let expires_at = clock::now().0 + 3_600_000;
    let keys = [json!({"alg": "HS256", "kid": "k1"})];
    let app = |id: &str| {
        json!({"app_id": id, "name": "Tea shop", "keys": keys, "sdk_app_id": 1_400_012_345,
            "expires_at": expires_at})
    };
    let made = done(operator.post("", &app("teashop")).await);
    let shown_app = shown(&operator, "/teashop", &made).await;
    let is = ["name", "sdk_app_id", "status", "expires_at", "created_at"];
    let is = is.map(|field| shown_app[field].clone());
    let expected = [json!("Tea shop"), json!(1_400_012_345), json!("active"), json!(expires_at)];
    assert_eq!((&is[..4], &is[4]), (&expected[..], &made["at"]), "{shown_app}");
    assert_eq!(shown_app["keys"][0]["kid"], "k1", "{shown_app}");
    refused(operator.post("", &app("other")).await, 409, "sdk_app_id_taken");
    done(operator.delete("/teashop?name=Tea%20shop").await);

    admins(cluster, stage).await;
}

/// As long as there is a list, nobody else is an admin, whatever their token says.
async fn admins(cluster: &Cluster, stage: &Stage) {
    let Stage { shop, host, .. } = stage;
    let late = cluster.caller("late", Admin);
    let list = |users: &[&str]| json!({ "user_ids": users });
    stage.live_room("watched").await;
    let [watching, shops] = [late.watch("watched").await, shop.watch("watched").await];
    let six = ["shop", "a", "b", "c", "d", "e"];
    refused(shop.put("/admins", &list(&six)).await, 422, "too_many_admins");
    refused(host.put("/admins", &list(&["host"])).await, 403, "not_allowed");
    done(shop.put("/admins", &list(&six[..5])).await);
    already_so(shop.put("/admins", &list(&six[..5])).await);
    let asks = async || late.put("/users/late", &json!({"nick": "Late"})).await;
    refused(asks().await, 403, "admin_not_listed");
    // A stream that they had opened ends; that of somebody on the list goes on.
    let bye = watching.until_type("bye").await;
    assert_eq!(bye["reason"], "admin_not_listed");
    watching.until_closed().await;
    assert!(shops.of("bye").is_empty());
    // Nor do they read, by a question or by a stream, and nothing is signed for them.
    for path in ["/rooms", "/users/host", "/word-lists", "/room-ranks"] {
        let nothing = eventually("the list is known", LIMIT, async || {
            let answer = late.query(path).await;
            (answer.0 != 200).then_some(answer)
        });
        refused(nothing.await, 403, "admin_not_listed");
    }
    let stream = late.stream("/rooms/any/stream").await;
    assert_eq!(stream.status(), 403);
    done(shop.put("/admins", &list(&[])).await);
    done(asks().await);
}
