//! Who rises is told so in the room where it happened, once, whatever is killed or made anew.

use std::time::Duration;

use domain::actor::Role::{Admin, Viewer};
use harness::http::Caller;
use harness::{Cluster, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(30);

fn accepted((status, body): (reqwest::StatusCode, Value)) -> Value {
    assert_eq!(status, 201, "{body}");
    body
}

/// A room in which coins and cents earn points, and a gift of one coin.
async fn stage(shop: &Caller) {
    accepted(shop.command(Method::PUT, "/level-rule", &rule(1)).await);
    let rose = json!({"name": "rose", "unit_price": 1});
    accepted(shop.command(Method::PUT, "/gifts/rose", &rose).await);
    let host = json!({"nick": "Host"});
    accepted(shop.command(Method::PUT, "/users/host", &host).await);
    for room in ["tea", "cake"] {
        let created = json!({"name": room, "owner": "host"});
        accepted(shop.command(Method::PUT, &format!("/rooms/{room}"), &created).await);
        let live = json!({"status": "live"});
        accepted(shop.command(Method::PUT, &format!("/rooms/{room}/status"), &live).await);
    }
}

fn rule(points_per_coin: u32) -> Value {
    json!({"earnings": [{"source": "gift_coin", "points": points_per_coin},
        {"source": "purchase_cent", "points": 1, "per_unit": 10}], "thresholds": [100, 300, 1_000]})
}

async fn give(from: &Caller, room: &str, count: u32) {
    let roses = json!({"gift_id": "rose", "count": count, "combo": false});
    accepted(from.command(Method::POST, &format!("/rooms/{room}/gifts"), &roses).await);
}

/// The notices in the history of a room, as (who, from, to, points).
async fn notices(shop: &Caller, room: &str) -> Vec<(String, u64, u64, u64)> {
    let (status, feed) = shop.query(&format!("/rooms/{room}/feed?limit=200")).await;
    assert_eq!(status, 200, "{feed}");
    let items = feed["items"].as_array().unwrap();
    let reached = items.iter().filter(|item| item["type"] == "level_reached");
    let number = |item: &Value, field: &str| item["data"][field].as_u64().unwrap();
    let notice = |item: &Value| {
        let user = item["user_id"].as_str().unwrap().to_owned();
        (user, number(item, "from"), number(item, "level"), number(item, "points"))
    };
    reached.map(notice).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_lifts_the_giver_and_the_room_is_told() {
    let cluster = Cluster::start_with("command.gateway.profile_ttl_ms = 50\n").await;
    let (shop, ann) = (cluster.caller("shop", Admin), cluster.caller("ann", Viewer));
    stage(&shop).await;
    let (tea, cake) = (shop.watch("tea").await, shop.watch("cake").await);

    give(&ann, "tea", 99).await;
    give(&ann, "tea", 1).await;
    let reached = tea.until_type("level_reached").await;
    assert_eq!((&reached["user_id"], &reached["value"]), (&json!("ann"), &json!(1)), "{reached}");
    assert_eq!(reached["data"], json!({"from": 0, "level": 1, "points": 100}));
    assert_eq!(reached["level"], 1);
    eventually("the level stands on her messages", LIMIT, async || {
        accepted(ann.command(Method::POST, "/rooms/tea/messages", &json!({"text": "hi"})).await);
        let messages = tea.of("message_sent");
        messages.last().is_some_and(|message| message["level"] == 1).then_some(())
    })
    .await;

    // The new rule holds from here on: 20 coins are 200 points, the 100 before are what they were.
    accepted(shop.command(Method::PUT, "/level-rule", &rule(10)).await);
    give(&ann, "cake", 20).await;
    let reached = cake.until_type("level_reached").await;
    assert_eq!(reached["data"], json!({"from": 1, "level": 2, "points": 300}));

    // What she buys counts too, and lifts her over no more than she has earned.
    let order =
        json!({"product_id": "pot", "title": "A pot", "quantity": 1, "amount_cents": 6_999});
    for id in ["order-1", "order-1", "order-2"] {
        let path = format!("/rooms/tea/purchases/{id}");
        let bought = shop.in_the_name_of("ann").command(Method::PUT, &path, &order).await;
        assert!(bought.0.is_success(), "{}", bought.1);
    }
    let third = tea.until("the third level", |frame| frame["value"] == 3).await;
    assert_eq!(third["data"], json!({"from": 2, "level": 3, "points": 300 + 2 * 699}));
    assert_eq!(tea.of("level_reached").len(), 2);
    assert_eq!(cake.of("level_reached").len(), 1);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_comes_once_though_everything_is_killed_and_made_anew() {
    let mut cluster = Cluster::start().await;
    let shop = cluster.caller("shop", Admin);
    stage(&shop).await;
    let users = ["ann", "bob", "eve"];
    for (kill, user) in users.into_iter().enumerate() {
        give(&cluster.caller(user, Viewer), "tea", 100).await;
        // At different moments of the projector's work: at once, and when the row or the notice is
        // there.
        for _ in 0..kill {
            tokio::task::yield_now().await;
            notices(&shop, "tea").await;
        }
        cluster.kill9();
        cluster.restart().await;
    }
    let shop = cluster.caller("shop", Admin);
    eventually("everybody is announced", LIMIT, async || {
        (users.len() <= notices(&shop, "tea").await.len()).then_some(())
    })
    .await;

    let rebuilt = cluster.command(&["rebuild", "user_level"]).output().unwrap();
    assert!(rebuilt.status.success(), "{}", String::from_utf8_lossy(&rebuilt.stdout));
    // One more who rises, so that the outbox has been emptied after all that.
    give(&cluster.caller("last", Viewer), "tea", 300).await;
    eventually("the last is announced", LIMIT, async || {
        (users.len() < notices(&shop, "tea").await.len()).then_some(())
    })
    .await;

    let mut told = notices(&shop, "tea").await;
    told.sort();
    let once = |user: &str| (user.to_owned(), 0, 1, 100);
    let expected = [once("ann"), once("bob"), once("eve"), ("last".to_owned(), 0, 2, 300)];
    assert_eq!(told, expected);
    cluster.stop().await;
}
