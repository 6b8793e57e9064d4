//! What was taken back, and what may no longer be read, is gone wherever a stream resumes from.

use std::collections::{BTreeMap, BTreeSet};

use domain::app::define_field::FieldDefined;
use domain::event::EventData;
use domain::field::{Clearance, FieldScope};
use domain::ids::FieldKey;
use domain::room::recall_message::MessageRecalled;
use domain::room::set_fields::FieldsSet;
use serde_json::json;

use crate::harness::sse::item_seqs;
use crate::harness::{World, message};

const SECRET: &str = "what nobody should have read";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Memory,
    Postgres,
    Log,
}

/// Somebody has resumed; then the message at 5 is taken back, which the projector does not know yet.
async fn gone(from: From) {
    let world = World::start_with(|config| {
        config.hub.ring_items_max = 2;
        config.hub.resume_page_items = 10;
        config.hub.resume_attempts = 1;
        if from != From::Memory {
            config.history.segment_ttl_ms = 1;
            config.history.failure_ms = 0;
        }
    })
    .await;
    let room = world.room("room-1", 3).await;
    let events = world.append(Some(&room), vec![message(SECRET)]).await;
    world.project(&events).await;
    let events = world.append(Some(&room), vec![message("later"); 20]).await;
    world.project(&events).await;
    world.caught_up(&room).await;
    let before = world.stream(&room, Some(1)).await.until(25).await;
    assert_eq!(before[4].json()["data"]["text"], SECRET);
    let mut waiting = world.stream(&room, Some(1)).await;

    let recalled = MessageRecalled { room_seq: 5, user_id: Some("ann".parse().unwrap()) };
    world.append(Some(&room), vec![EventData::MessageRecalled(recalled)]).await;
    world.caught_up(&room).await;
    if from != From::Postgres {
        world.sql("DELETE FROM matinee.room_feed").await;
    }

    for last_id in [1, 4] {
        let events = world.stream(&room, Some(last_id)).await.until(26).await;
        assert_eq!(item_seqs(&events), (last_id + 1..=26).collect::<Vec<_>>(), "{from:?}");
        assert!(events.iter().all(|event| !event.data.contains(SECRET)), "{from:?}");
        let item = events.iter().find(|event| event.id == "5").unwrap().json();
        assert_eq!((&item["recalled"], &item["data"]), (&json!(true), &json!({})), "{from:?}");
    }
    // Opened before, and not read until now: the recall follows what it had been sent.
    assert_eq!(item_seqs(&waiting.until(26).await), (2..=26).collect::<Vec<_>>());
    world.stop().await;
}

#[tokio::test]
async fn a_recalled_message_is_gone_from_what_is_kept_in_memory() {
    gone(From::Memory).await;
}

#[tokio::test]
async fn a_recalled_message_is_gone_from_postgres_before_the_projector_knows() {
    gone(From::Postgres).await;
}

#[tokio::test]
async fn a_recalled_message_is_gone_from_the_log() {
    gone(From::Log).await;
}

#[tokio::test]
async fn a_field_that_is_closed_is_gone_from_what_is_kept_in_memory() {
    let world = World::start_with(|config| {
        config.hub.ring_items_max = 1;
        config.hub.resume_attempts = 1;
    })
    .await;
    let define = async |read| {
        let (key, scope, write) = ("k".parse().unwrap(), FieldScope::Room, Clearance::Owner);
        let kinds = BTreeSet::new();
        let defined = FieldDefined { key, scope, read, write, kinds };
        world.append(None, vec![EventData::FieldDefined(defined)]).await;
    };
    define(Clearance::Anyone).await;
    let room = world.room("room-1", 0).await;
    let values = BTreeMap::from([("k".parse::<FieldKey>().unwrap(), SECRET.into())]);
    let mut said = vec![EventData::FieldsSet(FieldsSet { values })];
    said.extend(vec![message("later"); 5]);
    let events = world.append(Some(&room), said).await;
    world.project(&events).await;
    world.caught_up(&room).await;
    let mut shown = Vec::new();
    for read in [Clearance::Anyone, Clearance::Owner, Clearance::Anyone] {
        define(read).await;
        world.caught_up(&room).await;
        let events = world.stream(&room, Some(1)).await.until(7).await;
        shown.push(events.iter().any(|event| event.data.contains(SECRET)));
    }
    assert_eq!(shown, [true, false, true]);
    world.stop().await;
}
