//! A time without file descriptors, in a process of its own that may have few.

use std::process::Command;
use std::time::Duration;

use service_kit::config::env_var;
use service_kit::http::{self, HttpConfig};
use tokio::net::TcpStream;
use warp::Filter;

use crate::server::Server;

/// Set in the process that may have few descriptors.
const MARK: &str = "MATINEE_TEST_FEW_DESCRIPTORS";

#[tokio::test]
async fn the_server_outlives_a_time_without_descriptors() {
    if env_var(MARK).is_some() {
        return with_few_descriptors().await;
    }
    let this_test = "exhausted::the_server_outlives_a_time_without_descriptors";
    let status = Command::new("sh")
        .args(["-c", "ulimit -n 60; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg(this_test)
        .env(MARK, "1")
        .status();
    assert!(status.unwrap().success());
}

async fn with_few_descriptors() {
    let hello = warp::path("hello").and(http::get()).map(|| "hello");
    let server = Server::start(&HttpConfig::default(), hello);

    // Both ends are in this process: the clients take what the server would need to accept.
    let mut clients = Vec::new();
    while let Ok(client) = TcpStream::connect(server.address).await {
        clients.push(client);
        assert!(clients.len() < 100, "the limit is not in force");
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    drop(clients);

    let mut client = server.connect().await;
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(client.answer().await, (200, "hello".to_owned()));
}
