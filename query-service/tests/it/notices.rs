//! What concerns all rooms reaches every open stream once, and is no item of any room.

use domain::app::broadcast_message::BroadcastSent;
use domain::app::define_gift::GiftDefined;
use domain::coins::Coins;
use domain::event::EventData;

use crate::harness::sse::item_seqs;
use crate::harness::{World, message};

fn rose(catalogue_version: u64) -> EventData {
    let gift_id = "rose".parse().unwrap();
    EventData::GiftDefined(GiftDefined::plain(gift_id, "Rose", Coins(10), catalogue_version))
}

#[tokio::test]
async fn a_new_gift_is_told_to_every_stream_of_every_room_without_an_id() {
    let world = World::start().await;
    let (one, two) = (world.room("room-1", 2).await, world.room("room-2", 0).await);
    world.caught_up(&two).await;
    let mut first = world.stream(&one, Some(3)).await;
    let mut second = world.stream(&two, None).await;
    let mut third = world.ws(&two, "").await;
    assert_eq!(first.next().await.unwrap().json()["catalogue_version"], 0);
    assert_eq!(second.next().await.unwrap().json()["catalogue_version"], 0);
    assert_eq!(third.json().await["catalogue_version"], 0);

    world.append(None, vec![rose(1)]).await;
    world.append(Some(&one), vec![message("a gift!")]).await;

    let told = first.next().await.unwrap();
    assert_eq!((told.kind().as_str(), told.id.as_str()), ("gift_defined", ""));
    let json = told.json();
    assert_eq!((&json["app_seq"], &json["data"]["catalogue_version"]), (&1.into(), &1.into()));
    assert_eq!(item_seqs(&first.until(4).await), [4]);
    // The id of the snapshot stands: a notice is no place to resume from.
    let told = second.next().await.unwrap();
    assert_eq!((told.json(), told.id.as_str()), (json.clone(), "1"));
    assert_eq!(third.json().await, json);
    assert!(first.is_silent().await && second.is_silent().await);

    // Who comes later is told where the catalogue stands, and not each change.
    let mut late = world.stream(&two, None).await;
    assert_eq!(late.next().await.unwrap().json()["catalogue_version"], 1);
    assert!(late.is_silent().await);
    let (_, room) = world.get("rooms/room-2").await;
    assert_eq!(room["catalogue_version"], 1);
    world.stop().await;
}

#[tokio::test]
async fn a_broadcast_reaches_all_rooms_as_one_event_also_one_that_has_just_begun() {
    let world = World::start().await;
    let one = world.room("room-1", 0).await;
    world.caught_up(&one).await;
    let mut first = world.stream(&one, None).await;
    assert_eq!(first.next().await.unwrap().json()["broadcast_seq"], 0);
    let two = world.room("room-2", 0).await;
    world.caught_up(&two).await;
    let mut second = world.stream(&two, None).await;
    assert_eq!(second.next().await.unwrap().kind(), "snapshot");

    let (text, data) = ("sale!".into(), "".into());
    let sent = BroadcastSent { text, data, broadcast_seq: 1 };
    world.append(None, vec![EventData::BroadcastSent(sent)]).await;

    for stream in [&mut first, &mut second] {
        let told = stream.next().await.unwrap().json();
        assert_eq!((&told["type"], &told["value"]), (&"broadcast_sent".into(), &"sale!".into()));
        assert!(stream.is_silent().await);
    }
    // No room counts it.
    let (_, room) = world.get("rooms/room-1").await;
    assert_eq!((&room["room_seq"], &room["broadcast_seq"]), (&1.into(), &1.into()));
    world.stop().await;
}
