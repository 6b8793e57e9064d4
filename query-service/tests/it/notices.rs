//! What concerns all rooms reaches every open stream once, and is no item of any room.

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
