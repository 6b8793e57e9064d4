//! Rooms play through the whole system, and every part counts the same.

use std::path::Path;

use harness::{Cluster, recordings};
use matinee::demo::{Counts, Show, count, play};
use matinee::recording::line::Line;
use matinee::recording::sums::Sums;
use matinee::{recording, show};

async fn played(lines: &[Line], speed: f64) -> Counts {
    let cluster = Cluster::start().await;
    let target = cluster.target();
    let mut played = play(&target, lines, &Show::new(lines, Some(speed)), |_| {}).await.unwrap();
    assert!(played.report.is_complete(), "refused: {:?}", played.report.refused);
    let counts = count(&target, &mut played).await.unwrap();
    drop(played);
    cluster.stop().await;
    counts
}

fn assert_equal(counts: &Counts) {
    let recorded = counts.recording;
    assert_eq!((counts.log, counts.postgres, counts.viewer.sums), (recorded, recorded, recorded));
    assert_eq!(counts.viewer.items, counts.events);
    assert_eq!(counts.complaints, Vec::<String>::new());
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
    let counts = played(&show::generate(show::DEFAULT_SEED), 60.0).await;

    assert_equal(&counts);
    assert!(counts.recording.rows().iter().all(|(_, count)| 0 < *count));
}
