//! A process that is told to stop (SIGTERM): viewers are told to come back, and it ends in time.

use std::time::{Duration, Instant};

use domain::actor::Role;
use harness::Cluster;
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_process_that_is_told_to_stop_says_goodbye_and_ends_in_time() {
    let cluster = Cluster::start_with(
        "query.drain.spread_ms = 1_000\n\
         query.drain.byes_per_s_min = 1\n\
         query.drain.bound_ms = 4_000\n\
         query.http.drain_ms = 1_000\n\
         command.http.drain_ms = 1_000\n",
    )
    .await;
    let host = cluster.caller("host", Role::Host);
    let tea = json!({ "name": "Tea time", "owner": "host" });
    let (status, answer) = host.command(Method::PUT, "/rooms/tea", &tea).await;
    assert_eq!(status, 201, "{answer}");
    let mut streams = vec![];
    for _ in 0..8 {
        let stream = host.stream("/rooms/tea/stream").await;
        assert_eq!(stream.status(), 200);
        streams.push(stream);
    }
    // Somebody who has begun to ask and does not go on.
    let query = cluster.target().query_url;
    let mut half = TcpStream::connect(query.trim_start_matches("http://")).await.unwrap();
    half.write_all(b"GET /healthz HTTP/1.1\r\n").await.unwrap();

    let begun = Instant::now();
    let goodbyes = async {
        for stream in streams {
            let text = stream.text().await.unwrap();
            let last = text.trim_end().rsplit("\n\n").next().unwrap();
            let (retry, data) = last.split_once("\ndata: ").unwrap();
            let bye: serde_json::Value = serde_json::from_str(data).unwrap();
            assert_eq!((&bye["type"], &bye["reason"]), (&json!("bye"), &json!("shutdown")));
            assert_eq!(retry, format!("retry: {}", bye["retry_ms"]));
        }
        begun.elapsed()
    };
    let ((), told) = tokio::join!(cluster.stop(), goodbyes);
    assert!(told < Duration::from_secs(3), "{told:?}");
    // NATS and Postgres stop after the services.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    drop(half);
}
