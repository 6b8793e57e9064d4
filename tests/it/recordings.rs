//! Rooms play through the whole system, and every part counts the same.

use std::path::Path;

use domain::actor::Role::{Admin, Host};
use domain::sample;
use harness::answers::done;
use harness::{Cluster, recordings};
use matinee::demo::count::in_log;
use matinee::demo::{Counts, Show, count, play};
use matinee::recording::line::Line;
use matinee::recording::sums::Sums;
use matinee::{recording, show};
use migrations::model::MODELS;
use serde_json::json;

/// What concerns whole apps is in the registry's log, and who their admins are is no part of a show.
/// What the filter holds and silences depends on when a list has come to every instance: tested beside
/// the filter. A gift that is refunded is out of the totals, which are compared with the show.
const NOT_IN_A_SHOW: [&str; 10] = [
    "app_created",
    "app_status_set",
    "app_expiry_set",
    "app_keys_set",
    "app_deleted",
    "admins_set",
    "message_held",
    "message_silenced",
    "message_reviewed",
    "gift_refunded",
];

async fn played(lines: &[Line], speed: f64) -> Counts {
    let cluster = Cluster::start().await;
    let counts = play_in(&cluster, lines, speed).await;
    cluster.stop().await;
    counts
}

async fn play_in(cluster: &Cluster, lines: &[Line], speed: f64) -> Counts {
    let target = cluster.target();
    let mut played = play(&target, lines, &Show::new(lines, Some(speed)), |_| {}).await.unwrap();
    assert!(played.report.is_complete(), "refused: {:?}", played.report.refused);
    count(&target, &mut played).await.unwrap()
}

fn assert_equal(counts: &Counts) {
    let recorded = counts.recording;
    assert_eq!((counts.log, counts.postgres, counts.viewer.sums), (recorded, recorded, recorded));
    assert_eq!(counts.viewer.items, counts.events);
    assert_eq!(counts.complaints, Vec::<String>::new());
}

/// In a room of its own: that of the show is archived.
async fn refund_a_gift(cluster: &Cluster) {
    let (shop, host) = (cluster.caller("shop", Admin), cluster.caller("host", Host));
    done(shop.put("/gifts/refunded", &json!({"name": "Refunded", "unit_price": 1})).await);
    done(shop.put("/rooms/refunds", &json!({"name": "Refunds", "owner": "host"})).await);
    done(host.put("/rooms/refunds/status", &json!({"status": "live"})).await);
    let gift = json!({"gift_id": "refunded", "count": 1});
    let sent = done(shop.post("/rooms/refunds/gifts", &gift).await);
    let path = format!("/rooms/refunds/refunds/{}", sent["room_seq"]);
    done(shop.put(&path, &json!({})).await);
}

async fn play_file(path: &Path, speed: f64) -> Counts {
    played(&recording::read(path).unwrap(), speed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bilibili_room_adds_up() {
    let Some(path) = recordings::find("live-room-bilibili-328.ndjson") else { return };

    let counts = play_file(&path, 100.0).await;

    assert_equal(&counts);
    let recorded = Sums {
        messages: 306,
        gifts: 15,
        gift_pieces: 15,
        gift_gold: 1_500,
        paid_messages: 7,
        paid_gold: 230_000,
        ..Sums::default()
    };
    assert_eq!(counts.recording, recorded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_twitch_room_adds_up() {
    let Some(path) = recordings::find("live-chat-twitch-2000.ndjson") else { return };

    let counts = play_file(&path, 500.0).await;

    assert_equal(&counts);
    let recorded = Sums { messages: 1_941, gifts: 1, gift_pieces: 1, mutes: 58, ..Sums::default() };
    assert_eq!(counts.recording, recorded);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_generated_show_adds_up() {
    let lines = show::generate(show::DEFAULT_SEED);
    let cluster = Cluster::start().await;
    let counts = play_in(&cluster, &lines, 60.0).await;

    assert_equal(&counts);
    assert!(counts.recording.rows().iter().all(|(_, count)| 0 < *count));
    let target = cluster.target();
    let log = in_log(&target.nats, target.app(), &"registry".parse().unwrap()).await.unwrap();
    let never = sample::events().into_iter().map(|event| event.data.type_name()).filter(|kind| {
        let exempt = NOT_IN_A_SHOW.contains(kind);
        !exempt && counts.types.of(kind) + log.app_types.of(kind) == 0
    });
    assert_eq!(never.collect::<Vec<_>>(), <[&str; 0]>::default());

    refund_a_gift(&cluster).await;
    // Each table can be made anew from the log, comes out the same, and has something in it.
    let audit = cluster.command(&["audit"]).output().unwrap();
    let text = String::from_utf8(audit.stdout).unwrap();
    assert!(audit.status.success(), "{text}");
    for model in MODELS {
        let mut lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let line = lines.find(|words| words.first() == Some(&model.name));
        let rows: u64 = line.unwrap_or_default()[1].replace(',', "").parse().unwrap();
        assert!(0 < rows, "{} is empty after a show: {text}", model.name);
    }
    cluster.stop().await;
}
