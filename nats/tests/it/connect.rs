//! Who is refused.

use nats::{ConnectError, Nats, NatsConfig};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::commits::{app, empty_log, in_time};

#[tokio::test]
async fn an_old_server_is_refused() {
    for (version, is_old) in [("2.9.10", true), ("2.14.5", true), ("2.14.6", false)] {
        let config = NatsConfig { url: greeter(version).await, ..NatsConfig::default() };
        let config = NatsConfig { request_timeout_ms: 200, ..config };
        let refused = in_time(Nats::connect(&config)).await.unwrap_err();
        match refused {
            ConnectError::VersionTooOld { found, floor } => {
                assert!(is_old, "{version}");
                assert_eq!((found.as_str(), floor.as_str()), (version, "2.14.6"));
            }
            // The greeter can do no more than greet.
            ConnectError::NoJetStream { .. } => assert!(!is_old, "{version}"),
            other => unreachable!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn nobody_there_is_told_without_the_password() {
    let config = NatsConfig {
        url: "nats://sam:hush@127.0.0.1:1".to_owned(),
        connect_timeout_ms: 300,
        ..NatsConfig::default()
    };

    let refused = in_time(Nats::connect(&config)).await.unwrap_err();

    assert_eq!(refused.to_string(), "cannot connect to nats at `nats://127.0.0.1:1`");
    assert!(!format!("{refused:?}").contains("hush"), "{refused:?}");
}

#[tokio::test]
async fn the_connection_comes_back_by_itself() {
    let (mut server, nats, log) = empty_log().await;
    assert!(nats.is_connected());

    server.kill9();
    in_time(async {
        while nats.is_connected() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    server.restart().await;

    in_time(async { while log.last_seq().await.is_err() {} }).await;
    assert!(nats.is_connected());
    assert_eq!(log.app(), &app());
}

/// Speaks the first lines of the protocol as a server of some version would.
async fn greeter(version: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    let info = format!(
        "INFO {{\"server_id\":\"X\",\"version\":\"{version}\",\"proto\":1,\"headers\":true,\
         \"max_payload\":1048576,\"jetstream\":true}}\r\n"
    );
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let (reader, mut writer) = connection.into_split();
            writer.write_all(info.as_bytes()).await.unwrap();
            let mut lines = BufReader::new(reader).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if line.starts_with("PING") && writer.write_all(b"PONG\r\n").await.is_err() {
                    break;
                }
            }
        }
    });
    url
}
