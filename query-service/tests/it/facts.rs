//! What the gateway asks before it sends on what must not be recorded twice.

use std::time::Duration;

use bytes::Bytes;
use domain::event::EventData;
use domain::ids::{LogSeq, RoomId};
use domain::room::refund_gift::{GiftPlace, SentGift};
use domain::room::send_gift::GiftSent;
use domain::sample;
use domain::view::known_facts::{FactQuery, KnownFacts, KnownPlace};
use nats::RequestSubject;

use crate::harness::World;

async fn ask(world: &World, query: &FactQuery) -> KnownFacts {
    let payload = Bytes::from(serde_json::to_vec(query).unwrap());
    let subject = RequestSubject::Facts(world.app.clone());
    let answer = world.nats.request(subject, payload, Duration::from_secs(5)).await.unwrap();
    serde_json::from_slice(&answer).unwrap()
}

fn gift() -> GiftSent {
    let mut events = sample::events().into_iter();
    let gift = events.find_map(|event| match event.data {
        EventData::GiftSent(sent) => Some(sent),
        _ => None,
    });
    gift.unwrap()
}

#[tokio::test]
async fn a_place_is_a_gift_or_not_or_refunded_or_not_read_yet() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    let gifts = vec![EventData::GiftSent(gift()), EventData::GiftSent(gift())];
    let sent = world.append(Some(&room), gifts).await;
    world.project(&sent).await;
    world
        .sql(
            "INSERT INTO matinee.room VALUES ('shop', 'room-1', 3, 'Tea', 'tea', '', '', '', '',
                false, 'host', 'live', 1, 1, NULL, 0, 0, 0, 0, 0, 0);
             INSERT INTO matinee.gift_refund VALUES ('shop', 'room-1', 3, 4)",
        )
        .await;

    let elsewhere: RoomId = "room-2".parse().unwrap();
    let asked = [1, 2, 3, 4].map(|room_seq| (room.clone(), room_seq));
    let gifts = asked.into_iter().chain([(elsewhere, 1)]).collect();
    let mut known = ask(&world, &FactQuery { gifts, ..FactQuery::default() }).await;

    known.gifts.sort_by_key(|place| place.room_seq);
    let GiftSent { gift_id, name, count, amount, .. } = gift();
    let (user_id, at) = (sent[0].actor.user.clone(), sent[0].at);
    let gift = SentGift { user_id, at, gift_id, name, count, amount };
    let places = [GiftPlace::NoGift, GiftPlace::Sent(gift), GiftPlace::Refunded];
    let place = |(place, room_seq)| KnownPlace { room_id: room.clone(), room_seq, place };
    assert_eq!(known.gifts, places.into_iter().zip(1..).map(place).collect::<Vec<_>>());
    assert_eq!(known.as_of, LogSeq(world.log_seq()));
    world.stop().await;
}

#[tokio::test]
async fn an_answer_says_how_far_the_tables_had_come() {
    let world = World::start().await;
    let room = world.room("room-1", 5).await;
    world.caught_up(&room).await;
    world.checkpoint(2).await;
    world
        .sql(
            "INSERT INTO matinee.purchase VALUES
                ('shop', 'order-1', 'room-1', 2, 1, 'ann', 'tea', 1, 100, NULL)",
        )
        .await;
    let orders = vec!["order-1".parse().unwrap(), "order-2".parse().unwrap()];
    let known = ask(&world, &FactQuery { orders, ..FactQuery::default() }).await;
    assert_eq!((known.orders, known.as_of), (vec!["order-1".parse().unwrap()], LogSeq(2)));
    world.stop().await;
}
