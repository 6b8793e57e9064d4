//! Point 5: gifts, likes, who follows whom.

use serde_json::{Value, json};

use super::{Stage, already_so, done, refused, shown};

pub(super) const PATHS: &[&str] = &[
    "/rooms/gifts?",
    "/gifts?",
    "/rooms/gifts/gift-totals?",
    "/rooms/gifts/gift-ranks?period=room&",
    "/rooms/gifts/gift-ranks?period=day&",
    "/users/host?",
    "/users/ann/follows?",
];

const GIFTS: &str = "/rooms/gifts/gifts";

fn rose(price: u64) -> Value {
    json!({"name": "rose", "unit_price": price, "effect": {"lottie": "rose.json", "loops": 2}})
}

fn give(count: u32, price: u64, combo: bool) -> Value {
    json!({"gift_id": "red-rose", "count": count, "unit_price": price, "combo": combo})
}

pub(super) async fn chapter(stage: &Stage) {
    stage.live_room("gifts").await;
    catalogue(stage).await;
    refunds(stage).await;
    clicks(stage).await;
    likes(stage).await;
    let last = follows(stage).await;
    heat(stage, &last).await;

    let Stage { ann, .. } = stage;
    let room = shown(ann, "/rooms/gifts", &last).await;
    let totals = &room["totals"];
    let is = [&totals["likes"], &totals["gifts"], &totals["gift_coins"]];
    assert_eq!(is, [&json!(42), &json!(23), &json!(20 + 21 * 12)], "{room}");
    for period in ["hour", "day", "room"] {
        let path = format!("/rooms/gifts/gift-ranks?period={period}");
        let ranks = shown(ann, &path, &last).await;
        let ranked = ranks["ranking"].as_array().unwrap();
        let ranked: Vec<_> =
            ranked.iter().map(|giver| (&giver["user_id"], &giver["coins"])).collect();
        let expected = [(&json!("bob"), &json!(252)), (&json!("ann"), &json!(20))];
        assert_eq!(ranked, expected, "{ranks}");
    }
}

/// Versions, prices as they were seen, and notices of what is new.
async fn catalogue(stage: &Stage) {
    let Stage { shop, host, ann, bob, .. } = stage;
    let stream = bob.watch("gifts").await;
    let path = "/gifts/red-rose";
    refused(host.put(path, &rose(10)).await, 403, "not_allowed");
    done(shop.put(path, &rose(10)).await);
    already_so(shop.put(path, &rose(10)).await);
    let is_rose =
        |frame: &Value| frame["type"] == "gift_defined" && frame["data"]["gift_id"] == "red-rose";
    let told = stream.until("a new gift", is_rose).await;
    assert_eq!(told["data"]["effect"], rose(10)["effect"], "{told}");
    let version = told["data"]["catalogue_version"].as_u64().unwrap();

    done(ann.post(GIFTS, &give(2, 10, false)).await);
    let dearer = done(shop.put(path, &rose(12)).await);
    let problem = ann.post(GIFTS, &give(1, 10, false)).await;
    assert_eq!(refused(problem, 409, "price_changed")["unit_price"], 12);
    let as_seen = json!({"gift_id": "red-rose", "count": 1, "catalogue_version": version});
    let problem = refused(ann.post(GIFTS, &as_seen).await, 409, "catalogue_changed");
    assert_eq!(problem["catalogue_version"], version + 1, "{problem}");
    refused(ann.post(GIFTS, &give(0, 12, false)).await, 422, "out_of_range");
    refused(ann.post(GIFTS, &give(10_000, 12, false)).await, 422, "out_of_range");
    let unknown = json!({"gift_id": "moon", "count": 1});
    refused(ann.post(GIFTS, &unknown).await, 404, "gift_not_found");
    let gifts = shown(ann, &format!("/gifts?since={version}"), &dearer).await;
    assert_eq!(gifts["catalogue_version"], version + 1, "{gifts}");
    let changed: Vec<_> = gifts["gifts"].as_array().unwrap().iter().collect();
    assert_eq!((changed.len(), &changed[0]["unit_price"]), (1, &json!(12)), "{gifts}");
}

/// A gift whose payment was taken back counts no more, however often the shop says so.
async fn refunds(stage: &Stage) {
    let Stage { shop, host, ann, .. } = stage;
    let stream = ann.watch("gifts").await;
    let sent = done(ann.post(GIFTS, &give(3, 12, false)).await);
    let path = format!("/rooms/gifts/refunds/{}", sent["room_seq"]);
    let because = json!({"reason": "charged back"});
    refused(host.put(&path, &because).await, 403, "not_allowed");
    refused(shop.put("/rooms/gifts/refunds/1", &because).await, 404, "sent_gift_not_found");
    let long = json!({"reason": "r".repeat(1_001)});
    refused(shop.put(&path, &long).await, 422, "text_too_long");
    let refund = done(shop.put(&path, &because).await);
    already_so(shop.put(&path, &because).await);
    let told = stream.until_type("gift_refunded").await;
    assert_eq!((&told["value"], &told["priority"]), (&sent["room_seq"], &json!("high")));
    assert_eq!((&told["data"]["user_id"], &told["data"]["amount"]), (&json!("ann"), &json!(36)));
    let room = shown(ann, "/rooms/gifts", &refund).await;
    assert_eq!((&room["totals"]["gifts"], &room["totals"]["gift_coins"]), (&json!(2), &json!(20)));
}

/// One of many clicks: the server counts them, and a client shows few lines. A price that changes
/// meanwhile is refused until it was seen, and the gift that is retired is given no more.
async fn clicks(stage: &Stage) {
    let Stage { shop, ann, bob, .. } = stage;
    let stream = ann.watch("gifts").await;
    let mut last = json!(null);
    for _ in 0..21 {
        last = done(bob.post(GIFTS, &give(1, 12, true)).await);
    }
    let seq = last["room_seq"].clone();
    stream.until("the last click", |frame| frame["room_seq"] == seq).await;
    let clicks = stream.of("gift_sent");
    let combos: Vec<_> = clicks.iter().filter(|gift| !gift["data"]["combo"].is_null()).collect();
    let counts: Vec<_> =
        combos.iter().filter_map(|gift| gift["data"]["combo"]["count"].as_u64()).collect();
    assert_eq!(counts, (1..=21).collect::<Vec<_>>());
    let is_line = |gift: &&&Value| gift["data"]["combo"]["notice"] == true;
    let lines: Vec<_> = combos.iter().filter(is_line).collect();
    // The first, the twentieth after it, and one more for each second that it took.
    let at = |gift: &Value| gift["at"].as_u64().unwrap();
    let seconds = usize::try_from((at(combos[20]) - at(combos[0])) / 1_000).unwrap();
    assert!((2..=2 + seconds).contains(&lines.len()), "{} in {seconds} s", lines.len());

    done(shop.put("/gifts/red-rose", &rose(13)).await);
    let unseen = json!({"gift_id": "red-rose", "count": 1, "combo": true});
    refused(bob.post(GIFTS, &unseen).await, 409, "price_changed");
    let mut retired = rose(13);
    retired["retired"] = json!(true);
    done(shop.put("/gifts/red-rose", &retired).await);
    refused(ann.post(GIFTS, &give(1, 13, false)).await, 404, "gift_not_found");
}

/// As many as somebody clicked, at most so many in a command and in a window.
async fn likes(stage: &Stage) {
    let Stage { ann, bob, .. } = stage;
    let stream = ann.watch("gifts").await;
    let likes = "/rooms/gifts/likes";
    let count = |count: i64| json!({ "count": count });
    refused(ann.post(likes, &count(0)).await, 422, "out_of_range");
    refused(ann.post(likes, &count(1_001)).await, 422, "out_of_range");
    refused(ann.post(likes, &count(-1)).await, 422, "invalid_body");
    let (anns, bobs) = (count(30), count(12));
    let (anns, bobs) = tokio::join!(ann.post(likes, &anns), bob.post(likes, &bobs));
    [anns, bobs].into_iter().map(done).for_each(drop);
    // Single or merged, they add up to the total.
    let total = |frame: &Value| match frame["type"].as_str() {
        Some("likes_added") => frame["data"]["total"].as_u64(),
        Some("merged") => frame["likes"]["total"].as_u64(),
        _ => None,
    };
    stream.until("all likes", |frame| total(frame) == Some(42)).await;
    // 988 more are as many as bob may send within ten seconds.
    refused(bob.post(likes, &count(989)).await, 429, "shed");
}

/// The room in which most was done lately comes first, and what was refunded does not count.
async fn heat(stage: &Stage, last: &Value) {
    let ranks = shown(&stage.ann, "/room-ranks?period=day", last).await;
    let ranking = ranks["ranking"].as_array().unwrap();
    let heat = |room: &Value| room["heat"].as_u64().unwrap();
    assert!(ranking.is_sorted_by(|one, other| heat(other) <= heat(one)), "{ranks}");
    let gifts = ranking.iter().find(|room| room["room_id"] == "gifts").unwrap();
    // Coins of gifts, likes and two who began to follow; a watcher who comes counts too.
    let certain = (20 + 21 * 12) * 10 + 42 + 2 * 50;
    let joins = heat(gifts).checked_sub(certain).unwrap();
    assert!(joins % 5 == 0 && joins < 100, "{ranks}");
}

/// Following is a set: twice is once.
async fn follows(stage: &Stage) -> Value {
    let Stage { host, ann, bob, .. } = stage;
    let follow = "/rooms/gifts/followers/ann";
    // From another room she follows this host already.
    let stopped = done(ann.delete(follow).await);
    assert_eq!(shown(ann, "/users/host", &stopped).await["followers"], 0);
    already_so(ann.delete(follow).await);
    let followed = done(ann.put(follow, &json!({})).await);
    for _ in 0..2 {
        already_so(ann.put(follow, &json!({})).await);
        assert_eq!(shown(ann, "/users/host", &followed).await["followers"], 1);
    }
    refused(host.put("/rooms/gifts/followers/host", &json!({})).await, 403, "not_allowed");
    let bobs = done(bob.put("/rooms/gifts/followers/bob", &json!({})).await);
    assert_eq!(shown(ann, "/users/host", &bobs).await["followers"], 2);
    let last = done(bob.delete("/rooms/gifts/followers/bob").await);
    assert_eq!(shown(ann, "/users/host", &last).await["followers"], 1);
    let follows = shown(ann, "/users/ann/follows", &last).await;
    assert_eq!(follows["follows"][0]["host_id"], "host", "{follows}");
    last
}
