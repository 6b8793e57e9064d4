//! Bulletins reach everybody who listens, and nobody else.

use std::time::Duration;

use bytes::Bytes;
use nats::testing::TestServer;
use nats::{BulletinSubject, Nats, RespondError};
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn everybody_who_listens_to_the_app_is_told() {
    let server = TestServer::start().await;
    let (one, two) = (
        Nats::connect(&server.config()).await.unwrap(),
        Nats::connect(&server.config()).await.unwrap(),
    );
    let shop = BulletinSubject::Presence("shop".parse().unwrap());
    let other = BulletinSubject::Presence("other".parse().unwrap());
    let mut first = one.listen(&shop).await.unwrap();
    let mut second = two.listen(&shop).await.unwrap();
    let mut elsewhere = two.listen(&other).await.unwrap();

    one.tell(&shop, Bytes::from_static(b"hello")).await.unwrap();
    for bulletins in [&mut first, &mut second] {
        assert_eq!(timeout(LIMIT, bulletins.next()).await.unwrap().unwrap(), "hello");
    }
    one.tell(&other, Bytes::from_static(b"bye")).await.unwrap();
    assert_eq!(timeout(LIMIT, elsewhere.next()).await.unwrap().unwrap(), "bye");

    let huge = Bytes::from(vec![0; 32 << 20]);
    let refused = one.tell(&shop, huge).await;
    assert!(matches!(refused, Err(RespondError::TooLarge { .. })), "{refused:?}");
}
