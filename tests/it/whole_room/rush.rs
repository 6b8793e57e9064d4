//! Point 3, more than a room takes: the sender is told what was shed and why, what is high has a
//! reserve, and changes of the room are never shed.

use domain::actor::Role::Viewer;
use futures_util::future::join_all;
use harness::http::{Answer, Caller};
use harness::{Cluster, eventually};
use serde_json::json;

use super::{LIMIT, Stage, done, refused};

pub(super) async fn chapter(cluster: &Cluster, stage: &Stage) {
    let Stage { shop, host, ann, .. } = stage;
    stage.live_room("rush").await;
    let stream = ann.watch("rush").await;
    done(shop.put("/gifts/tulip", &json!({"name": "tulip", "unit_price": 1})).await);
    let crowd: Vec<Caller> =
        (0..40).map(|n| cluster.caller(&format!("crowd-{n}"), Viewer)).collect();

    // Chat of many people, until there is too much of it; gifts at the same moment pass.
    let hello = json!({"text": "hello"});
    let tulip = json!({"gift_id": "tulip", "count": 1});
    let (mut accepted, mut gifts) = (0, 0);
    let shed = eventually("chat is shed", LIMIT, async || {
        let said = crowd.iter().map(|who| who.post("/rooms/rush/messages", &hello));
        let given = crowd[..3].iter().map(|who| who.post("/rooms/rush/gifts", &tulip));
        let (said, given, changed) = tokio::join!(join_all(said), join_all(given), async {
            host.put("/rooms/rush/announcement", &json!({"text": accepted.to_string()})).await
        });
        given.into_iter().map(done).for_each(drop);
        gifts += 3;
        assert!(changed.0.is_success(), "a change of the room: {}", changed.1);
        let (told, shed): (Vec<Answer>, Vec<Answer>) =
            said.into_iter().partition(|answer| answer.0 == 201);
        accepted += told.len();
        shed.into_iter().next()
    })
    .await;
    let problem = refused(shed, 429, "shed");
    assert_eq!(problem["class"], "normal", "{problem}");
    assert!(problem["retry_after_ms"].is_u64() || problem["reason"].is_string(), "{problem}");

    // More gifts than the reserve holds are shed too, and said to be of the class that they are.
    let shed = eventually("gifts are shed", LIMIT, async || {
        let given = crowd.iter().map(|who| who.post("/rooms/rush/gifts", &tulip));
        let (sent, shed): (Vec<Answer>, Vec<Answer>) =
            join_all(given).await.into_iter().partition(|answer| answer.0 == 201);
        gifts += sent.len();
        shed.into_iter().next()
    })
    .await;
    assert_eq!(refused(shed, 429, "shed")["class"], "high");

    // Likes have a limit of each user, and take nothing from gifts.
    let thousand = json!({"count": 1_000});
    let given = async {
        eventually("a gift passes", LIMIT, async || {
            let answer = ann.post("/rooms/rush/gifts", &tulip).await;
            (answer.0 == 201).then_some(answer.1)
        })
        .await
    };
    let liked = crowd.iter().map(|who| who.post("/rooms/rush/likes", &thousand));
    let (liked, given) = tokio::join!(join_all(liked), given);
    liked.into_iter().map(done).for_each(drop);
    gifts += 1;
    let seq = given["room_seq"].clone();
    stream.until("the gift among likes", |frame| frame["room_seq"] == seq).await;
    let more = crowd[0].post("/rooms/rush/likes", &json!({"count": 1})).await;
    assert_eq!(refused(more, 429, "shed")["class"], "lowest");

    // What was accepted counts, what was shed does not: never a false success.
    let (_, room) = eventually("all is counted", LIMIT, async || {
        let answer = ann.query("/rooms/rush").await;
        (answer.1["totals"]["likes"] == 40_000).then_some(answer)
    })
    .await;
    let totals = [&room["totals"]["messages"], &room["totals"]["gifts"]];
    assert_eq!(totals, [&json!(accepted), &json!(gifts)], "{room}");
}
