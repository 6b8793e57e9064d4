//! Whoever sends something and everybody else get the same bytes of it, over both transports.

use domain::actor::Role;
use domain::event::{Event, EventData, Scope};
use domain::sample;
use domain::view::clearance::is_restricted;
use domain::view::feed_item::feed_item;

use serde_json::Value;

use crate::harness::World;
use crate::harness::sse::Sse;
use crate::harness::ws::Ws;

/// They end the stream of the person concerned, which has its own tests.
fn ends_a_stream(event: &Event) -> bool {
    matches!(event.data, EventData::UserKicked(_) | EventData::UserBanned(_))
}

/// What has no place in the room, or no id, is no item.
fn is_item(text: &str, room_seq: u64) -> bool {
    let json: Value = serde_json::from_str(text).unwrap();
    json["id"].is_string() && json["room_seq"] == room_seq
}

async fn next_item(ws: &mut Ws, room_seq: u64) -> String {
    loop {
        let text = ws.text().await;
        if is_item(&text, room_seq) {
            return text;
        }
    }
}

async fn next_event(stream: &mut Sse, room_seq: u64) -> String {
    loop {
        let event = stream.next().await.unwrap();
        if is_item(&event.data, room_seq) {
            return event.data;
        }
    }
}

#[tokio::test]
async fn the_echo_of_each_kind_of_event_is_what_everybody_gets() {
    let world = World::start().await;
    let (of_room, of_app): (Vec<Event>, Vec<Event>) =
        sample::events().into_iter().partition(|event| matches!(event.scope, Scope::Room { .. }));
    world.append(None, of_app.into_iter().map(|event| event.data).collect()).await;
    let room = sample::room_id();
    let mut events = of_room.into_iter();
    world.append(Some(&room), vec![events.next().unwrap().data]).await;
    world.caught_up(&room).await;

    // The harness sends as `ann`.
    let [ann, zed] = ["ann", "zed"].map(|user| world.token_of(user, Role::Viewer));
    let mut echo = world.stream_with(&room, &ann, None).await;
    let mut echo_ws = world.ws_with(&room, "", &ann).await;
    let mut remote = world.stream_with(&room, &zed, None).await;
    let mut remote_ws = world.ws_with(&room, "", &zed).await;
    let mut compared = 0;
    for event in events.filter(|event| !ends_a_stream(event)) {
        let sent = world.append(Some(&room), vec![event.data]).await.pop().unwrap();
        let Scope::Room { room_seq, .. } = sent.scope else { unreachable!() };
        let echo = next_event(&mut echo, room_seq).await;
        let remote = next_event(&mut remote, room_seq).await;
        let (echo_ws, remote_ws) =
            (next_item(&mut echo_ws, room_seq).await, next_item(&mut remote_ws, room_seq).await);
        assert_eq!((&echo, &remote), (&echo_ws, &remote_ws), "both transports");
        // Of fields and of messages that are withheld not everybody sees the same.
        if !is_restricted(&sent) {
            let item = feed_item(&sent).unwrap();
            assert_eq!((&echo, &remote), (&item, &item), "{}", sent.data.type_name());
            compared += 1;
        }
    }
    assert!(30 < compared, "{compared} kinds of events");
    world.stop().await;
}
