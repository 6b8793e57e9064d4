//! Requests to a merchant's server, over plain connections and over TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use service_kit::clock;
use service_kit::webhook::testing::{Receiver, Told};
use service_kit::webhook::{Answer, Message, PostError, Target, TargetConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::server::LIMIT;

async fn post(config: &TargetConfig, timeout: Duration) -> Result<Answer, PostError> {
    let target = Target::try_new(config).unwrap();
    let body = Bytes::from_static(br#"{"hello":"world"}"#);
    let message = Message { id: "shop_1_0", command: "X", body };
    target.post(&message, clock::now(), timeout).await
}

#[tokio::test]
async fn a_request_is_signed_and_its_answer_comes_back() {
    let receiver = Receiver::start();
    receiver.answer(|_| Told::json(&serde_json::json!({"verdict": "allow"})));

    let answer = post(&receiver.target(), LIMIT).await.unwrap();

    assert_eq!(answer.status, 200);
    assert_eq!(&answer.body[..], br#"{"verdict":"allow"}"#);
    let [request] = &receiver.received()[..] else { panic!("one request") };
    assert_eq!(request.verified_id(), "shop_1_0");
    assert_eq!(request.json()["hello"], "world");
    assert_eq!(request.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let receiver = Receiver::start();
    receiver.answer(|_| Told::status(307));
    assert_eq!(post(&receiver.target(), LIMIT).await.unwrap().status, 307);
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn an_answer_has_a_limit_of_time_and_one_of_size() {
    let receiver = Receiver::start();
    let config = TargetConfig { answer_bytes_max: 1_024, ..receiver.target() };
    for (bytes, fits) in [(1_024, true), (1_025, false)] {
        receiver.answer(move |_| Told { body: "x".repeat(bytes), ..Told::status(200) });
        let answer = post(&config, LIMIT).await;
        assert_eq!(answer.is_ok(), fits, "{bytes}");
        assert!(fits || matches!(answer, Err(PostError::TooLarge)));
    }
    receiver.answer(|_| Told::status(200).after(LIMIT));
    let late = post(&config, Duration::from_millis(50)).await;
    assert!(matches!(late, Err(PostError::TimedOut)), "{late:?}");
}

#[tokio::test]
async fn nobody_there_is_told_from_a_broken_answer() {
    let mut receiver = Receiver::start();
    receiver.go_down().await;
    let nobody = post(&receiver.target(), LIMIT).await;
    assert!(matches!(nobody, Err(PostError::NotConnected(_))), "{nobody:?}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let hang_up = tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
    let broken = post(&TargetConfig { url, ..receiver.target() }, LIMIT).await;
    assert!(matches!(broken, Err(PostError::Broken(_))), "{broken:?}");
    hang_up.await.unwrap();
}

/// Answers each connection with 204, with a certificate of its own for `localhost`.
async fn tls_server() -> (SocketAddr, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (addr, acceptor) = (listener.local_addr().unwrap(), TlsAcceptor::from(Arc::new(config)));
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            // A client that does not trust it hangs up.
            let Ok(mut tls) = acceptor.accept(tcp).await else { continue };
            let mut request = [0; 4_096];
            let _read = tls.read(&mut request).await.unwrap();
            tls.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
    });
    (addr, cert.pem())
}

#[tokio::test]
async fn a_certificate_must_be_trusted_and_for_that_host() {
    let (addr, pem) = tls_server().await;
    let directory = tempfile::tempdir().unwrap();
    let ca_file = directory.path().join("ca.pem");
    std::fs::write(&ca_file, pem).unwrap();
    let receiver = Receiver::start();
    let https = |host: &str, trusted: bool| TargetConfig {
        url: format!("https://{host}:{}/hook", addr.port()),
        ca_file: trusted.then(|| ca_file.clone()),
        ..receiver.target()
    };

    for (host, trusted) in [("localhost", false), ("127.0.0.1", true)] {
        let refused = post(&https(host, trusted), LIMIT).await;
        assert!(matches!(refused, Err(PostError::NotConnected(_))), "{host}: {refused:?}");
    }
    assert_eq!(post(&https("localhost", true), LIMIT).await.unwrap().status, 204);

    let missing = TargetConfig { ca_file: Some("nowhere.pem".into()), ..https("localhost", true) };
    assert!(Target::try_new(&missing).is_err());
}
