//! What is told to all rooms, while more of them are made: whoever opens a stream is told where it
//! begins, and misses nothing from there.

use serde_json::{Value, json};

use super::{LIMIT, Stage, done, shown};
use harness::eventually;

/// As many as are allowed in a second, and one less.
const BROADCASTS: u64 = 4;

pub(super) async fn chapter(stage: &Stage) {
    let Stage { shop, ann, .. } = stage;
    let tells = async {
        let mut last = json!(null);
        for n in 0..BROADCASTS {
            last = done(shop.post("/broadcasts", &json!({"text": format!("sale {n}")})).await);
        }
        last
    };
    let makes = async {
        let mut viewers = vec![];
        for n in 0..BROADCASTS {
            let room = format!("born-{n}");
            stage.live_room(&room).await;
            viewers.push(ann.watch(&room).await);
        }
        viewers
    };
    let (last, viewers) = tokio::join!(tells, makes);
    let room = shown(ann, "/rooms/born-0", &last).await;
    let all = room["broadcast_seq"].as_u64().unwrap();
    assert!(BROADCASTS <= all, "{room}");
    for viewer in viewers {
        let first = viewer.frames()[0]["broadcast_seq"].as_u64().unwrap();
        let expected: Vec<u64> = (first + 1..=all).collect();
        let seq = |frame: &Value| frame["data"]["broadcast_seq"].as_u64();
        let told = eventually("all broadcasts", LIMIT, async || {
            let told: Vec<u64> = viewer.of("broadcast_sent").iter().filter_map(seq).collect();
            (expected.len() <= told.len()).then_some(told)
        });
        assert_eq!(told.await, expected);
    }
}
