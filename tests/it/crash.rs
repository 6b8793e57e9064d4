//! Promises 1 and 2 from outside: processes are killed in the middle of a show, and nothing that was
//! sent is lost or doubled.

use std::time::Duration;

use harness::{Cluster, eventually};
use indicatif::ProgressBar;
use matinee::demo::{Show, count, play};
use matinee::show;

const PROGRESS_LIMIT: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_killed_in_the_middle_of_a_show_loses_and_doubles_nothing() {
    let mut cluster = Cluster::start().await;
    let target = cluster.target();
    let lines = show::generate(show::DEFAULT_SEED);
    let progress = ProgressBar::hidden();
    let options = Show { progress: progress.clone(), ..Show::new(&lines, Some(15.0)) };
    let playing = {
        let (target, lines) = (target.clone(), lines.clone());
        tokio::spawn(async move { play(&target, &lines, &options, |_| {}).await })
    };
    let until = async |line: u64| {
        eventually("the show goes on", PROGRESS_LIMIT, async || {
            (line <= progress.position()).then_some(())
        })
        .await;
    };

    until(300).await;
    cluster.kill9();
    cluster.restart().await;
    until(700).await;
    cluster.kill9_server("nats-server");
    until(1_000).await;
    cluster.kill9_server("postgres");
    until(1_300).await;
    cluster.kill9_server("nats-server");
    cluster.kill9();
    cluster.restart().await;
    let mut played = playing.await.unwrap().unwrap();

    assert!(played.report.is_complete(), "refused: {:?}", played.report.refused);
    assert!(0 < played.report.retries, "nothing was in flight when it was killed");
    let counts = count(&target, &mut played).await.unwrap();
    let recorded = counts.recording;
    assert_eq!((counts.log, counts.postgres, counts.viewer.sums), (recorded, recorded, recorded));
    assert_eq!(counts.complaints, Vec::<String>::new());
    assert_eq!(counts.viewer.items, counts.events);
    assert!(3 <= counts.viewer.connections, "the viewer resumed after each death of the service");
    drop(played);
    cluster.stop().await;
}
