//! Messages that wait for somebody to look, and those that only their sender sees.

use domain::actor::Role;
use domain::event::EventData;
use domain::room::hold_message::MessageHeld;
use domain::room::review_message::MessageReviewed;
use domain::room::silence_message::MessageSilenced;
use serde_json::{Value, json};

use crate::harness::sse::SseEvent;
use crate::harness::{World, message};

/// The harness sends as `ann`.
fn some_events() -> Vec<EventData> {
    let silenced = MessageSilenced { text: "secret one".into(), reply_to: None, besides: None };
    let held = MessageHeld { text: "secret two".into(), reply_to: Some(2), besides: None };
    vec![message("seen"), EventData::MessageSilenced(silenced), EventData::MessageHeld(held)]
}

async fn get_with(world: &World, token: &str, path: &str) -> (u16, Value) {
    let request = world.http.get(world.url(path)).bearer_auth(token);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Types and texts as somebody sees them.
fn seen(items: &[Value]) -> Vec<(String, Value)> {
    let seen = items.iter().map(|item| {
        let kind = item["type"].as_str().unwrap().to_owned();
        (kind, item["data"]["text"].clone())
    });
    seen.collect()
}

fn as_seen_by(who: &str) -> Vec<(String, Value)> {
    let shown = |kind: &str, text: &str| (kind.to_owned(), json!(text));
    let taken = || ("withheld".to_owned(), Value::Null);
    let first = shown("message_sent", "seen");
    match who {
        "ann" => {
            vec![first, shown("message_sent", "secret one"), shown("message_held", "secret two")]
        }
        "shop" => vec![
            first,
            shown("message_silenced", "secret one"),
            shown("message_held", "secret two"),
        ],
        _ => vec![first, taken(), taken()],
    }
}

#[tokio::test]
async fn live_history_and_snapshot_show_each_reader_what_is_theirs() {
    let world = World::start_with(|config| config.hub.ring_items_max = 1).await;
    let room = world.room("room-1", 0).await;
    world.caught_up(&room).await;
    let tokens = [("ann", Role::Viewer), ("bob", Role::Viewer), ("shop", Role::Admin)]
        .map(|(user, role)| (user, world.token_of(user, role)));
    let mut streams = Vec::new();
    for (user, token) in &tokens {
        streams.push((*user, world.stream_with(&room, token, None).await));
    }
    let events = world.append(Some(&room), some_events()).await;
    for (user, stream) in &mut streams {
        let frames = stream.until(4).await;
        let items: Vec<Value> = frames[1..].iter().map(SseEvent::json).collect();
        assert_eq!(seen(&items), as_seen_by(user), "{user}");
        let text = items[1].to_string();
        assert!(*user != "bob" || !text.contains("ann"), "{text}");
    }
    world.project(&events).await;
    world.caught_up(&room).await;
    for (user, token) in &tokens {
        let (_, page) = get_with(&world, token, &format!("rooms/{room}/feed?after=1")).await;
        assert_eq!(seen(page["items"].as_array().unwrap()), as_seen_by(user), "{user}");
        let (_, view) = get_with(&world, token, &format!("rooms/{room}?recent=3")).await;
        assert_eq!(seen(view["recent"].as_array().unwrap()), as_seen_by(user), "{user}");
        let mut resumed = world.stream_with(&room, token, Some("1")).await;
        let frames = resumed.until(4).await;
        let items: Vec<Value> = frames[1..].iter().map(SseEvent::json).collect();
        assert_eq!(seen(&items), as_seen_by(user), "{user}");
    }
    world.stop().await;
}

#[tokio::test]
async fn what_waits_is_listed_for_those_who_run_the_room() {
    let world = World::start().await;
    let room = world.room("room-1", 0).await;
    world.append(Some(&room), some_events()).await;
    world.caught_up(&room).await;
    let path = format!("rooms/{room}/held-messages");
    for role in [Role::Viewer, Role::Host, Role::Guest] {
        let (status, problem) = get_with(&world, &world.token_for(role, 60), &path).await;
        assert_eq!((status, &problem["type"]), (403, &json!("/problems/not_allowed")));
    }
    let admin = world.token_for(Role::Admin, 60);
    for token in
        [&admin, &world.token_for(Role::Assistant, 60), &world.token_of("host", Role::Host)]
    {
        let (status, page) = get_with(&world, token, &path).await;
        assert_eq!(status, 200, "{page}");
        let held = &page["held"][0];
        assert_eq!((&held["room_seq"], &held["text"]), (&json!(4), &json!("secret two")));
        assert_eq!((&held["user_id"], &held["reply_to"]), (&json!("ann"), &json!(2)));
        let (at, until) = (held["at"].as_i64().unwrap(), held["waits_until"].as_i64().unwrap());
        assert_eq!(until - at, 86_400_000);
    }
    let user_id = "ann".parse().unwrap();
    let reviewed = MessageReviewed { room_seq: 4, user_id, approved: false };
    world.append(Some(&room), vec![EventData::MessageReviewed(reviewed)]).await;
    let path = format!("{path}?min_seq={}", world.log_seq());
    assert_eq!(get_with(&world, &admin, &path).await.1["held"], json!([]));
    let nowhere = get_with(&world, &admin, "rooms/nowhere/held-messages").await;
    assert_eq!((nowhere.0, &nowhere.1["type"]), (404, &json!("/problems/room_not_found")));
    world.stop().await;
}
